package chain

import (
	"context"

	"github.com/spindle-go/spindle/deferred"
)

// ToContext returns a context that ends when d has come to this point of its
// list: with d's failure as its context.Cause, or with context.Canceled after a
// value. It ends with parent, too, which does not touch d. It is for blocking
// work elsewhere that makes no sense any more without d.
//
// d goes on with its own result. A failure is not taken for handled by this. A
// nil argument panics.
//
// Loop goroutine only: that of d. The context is for any goroutine. What hangs
// on parent is let go of when d passes.
func ToContext[T any](parent context.Context, d *deferred.Deferred[T]) context.Context {
	if parent == nil || d == nil {
		panic("chain: ToContext with a nil argument")
	}
	ctx, cancel := context.WithCancelCause(parent)
	d.AddBoth(func(v T, err error) (T, error) {
		cancel(err)
		return v, err
	})
	return ctx
}
