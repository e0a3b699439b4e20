// Package netxtest holds connections to the rules of package netx: one suite, for
// every kind of connection that there is. It is for the tests of those who make a
// socket, a layer on one, or a network.
//
//	func TestConn(t *testing.T) {
//		netxtest.TestConn(t, func(t testing.TB) netxtest.World { return newMyWorld(t) })
//	}
//
// A [World] joins two protocols by a connection and lets time go on until
// something has happened, whatever that means there: a turn of a virtual clock,
// or of a reactor on another goroutine. [NewPairWorld] is the one of netx.Pair.
//
// What is tested: the order of what is written, partial writes, half close, Close,
// Abort, Pause, the marks, producers, panics, and that each connection ends once,
// with nothing after it and every Deferred fired.
//
// A [Recorder] is a protocol that writes down what happens to it. It is of use in
// other tests too.
package netxtest
