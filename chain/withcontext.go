package chain

import (
	"context"
	"errors"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// WithContext cancels d when ctx ends before d has come to this point of its
// list, and returns d. The deferred.ErrCancelled that comes of that is turned
// into a failure in which errors.Is finds the context.Cause, and besides
// deferred.ErrCancelled, or, after a deadline, deferred.ErrTimeout. Another
// result, which a canceller or an errback gave meanwhile, is left as it is. It
// is to a context what AddTimeout is to a clock, and has its scope: the handlers
// added before it, and what they wait for.
//
// A cancel by somebody else is left as it is, too. When d passes this point it
// lets go of ctx. If the loop has stopped when ctx ends, nothing happens. A nil
// argument panics.
//
// Loop goroutine only: that of caller and d. ctx may end on any. It costs no
// goroutine before ctx ends, if ctx was made by package context.
func WithContext[T any](ctx context.Context, caller Caller, d *deferred.Deferred[T]) *deferred.Deferred[T] {
	requireBridge("WithContext", ctx != nil && d != nil, caller)
	var passed, ended bool
	stop := func() bool { return true }
	d.AddBoth(func(v T, err error) (T, error) {
		passed = true
		stop()
		if ended && errors.Is(err, deferred.ErrCancelled) {
			return v, failure.At(endOf(ctx), 0)
		}
		return v, err
	})
	end := func() {
		if !passed {
			ended = true
			d.Cancel()
		}
	}
	switch {
	case passed:
	case ctx.Err() != nil:
		end()
	default:
		stop = onEnd(ctx, caller, end)
	}
	return d
}
