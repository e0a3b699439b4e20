package timeouttest

import (
	"testing"
	"time"

	"github.com/spindle-go/spindle/timeout"
)

// Harness is a clock under test and the way to drive it. All methods are called
// on the test's goroutine, and the first three also from inside calls.
type Harness interface {
	// CallLater makes a delayed call. A negative d and a nil f panic with a
	// text that names the value.
	CallLater(d time.Duration, f func()) *timeout.DelayedCall

	// AfterFunc is CallLater as a deferred.Clock has it.
	AfterFunc(d time.Duration, f func()) (stop func() bool)

	// Now is the time of the clock, on the same scale as DelayedCall.Time.
	Now() time.Time

	// Run lets the clock's calls run, on the goroutine that Run is called on,
	// until the condition holds. It asks for the condition at the beginning,
	// and then between calls or turns, as often as suits it but at least every
	// few milliseconds; always on this goroutine. Calls that are due may still
	// run before it returns. Outside Run no call runs. Run may be called again.
	//
	// When the condition does not come true, because no call is pending or
	// because a deadline of the harness has passed, it fails with t.Fatal.
	Run(until func() bool)
}

// TestClock runs the suite on the clocks that newHarness makes, a fresh one for
// each subtest.
func TestClock(t *testing.T, newHarness func(t *testing.T) Harness) {
	t.Helper()
	for _, group := range [][]behaviour{ordering(), cancelling(), moving(), stopping()} {
		for _, b := range group {
			t.Run(b.name, func(t *testing.T) {
				b.check(&script{TB: t, Harness: newHarness(t)})
			})
		}
	}
}

// behaviour is one subtest.
type behaviour struct {
	name  string
	check func(s *script)
}
