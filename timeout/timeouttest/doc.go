// Package timeouttest is the behaviour that every clock of the project has in
// common, as tests.
//
// TestClock plays it on a clock behind a Harness: the virtual clock, a reactor,
// or a clock of one's own that is to stand in for either. So a test that passes
// on a virtual clock is not misled about the reactor.
//
//	func TestClockBehaviour(t *testing.T) {
//		timeouttest.TestClock(t, func(t *testing.T) timeouttest.Harness { return newHarness(t) })
//	}
//
// The delays that pass are a few milliseconds, and no check depends on how fast
// a real clock gets on: calls whose order is checked have deadlines at exact
// distances, whatever time went by between making them.
package timeouttest
