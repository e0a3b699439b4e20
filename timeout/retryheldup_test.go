package timeout_test

import (
	"errors"
	"testing"
	"time"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
	"github.com/spindle-go/spindle/timeout"
)

// In a coroutine the function of the first attempt can wait, so that the deadline
// comes while there is no attempt that it could cancel.
func TestRetryDeadlineWhileItsFunctionIsHeldUp(t *testing.T) {
	deferredtest.CheckCoroutines(t)
	clock := timeout.NewVirtualClock(time.Unix(0, 0))
	gate := deferred.New[int]()
	cancelled := false
	out := chain.Async(func(co *chain.Co) (int, error) {
		return chain.Await(co, timeout.Retry(clock, timeout.Policy{Deadline: time.Second}, func(int) *deferred.Deferred[int] {
			_, _ = chain.Await(co, gate)
			return deferred.New(func(*deferred.Deferred[int]) { cancelled = true })
		}))
	})
	clock.Advance(2 * time.Second)
	_ = gate.Callback(1)
	if f := deferredtest.FailureOf(t, out); !errors.Is(f, timeout.ErrDeadline) || !cancelled {
		t.Errorf("failed with %v, attempt cancelled: %v", f, cancelled)
	}
}
