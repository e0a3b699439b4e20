package chain

import (
	"fmt"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// children are the Deferreds that a list is made of. What the lists have in
// common is here: how to cancel them, and how long they are needed. It belongs
// to the goroutine of the children.
type children[T any] struct {
	all  deferred.Collection[T]
	over bool // the list's result is known: what a child tells now comes too late
}

// decide says that the list's result is known, and lets go of the children.
func (c *children[T]) decide() {
	c.over = true
	c.all.Release()
}

// Cancel cancels all children in order, for the Deferred of the list. To those
// that have fired it means nothing, unless they wait for another Deferred.
func (c *children[T]) Cancel() { c.all.Each(cancelOne) }

// cancelOne cancels d. A canceller that panics makes its Deferred fail. What
// panics in here is the target of a PassCancelTo, and it is to mean the same: d
// fails with the panic, or else it is reported as unhandled.
func cancelOne[T any](d *deferred.Deferred[T]) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		f := failure.Recovered(v)
		if d.Called() || d.Errback(f) != nil {
			deferred.Fail[struct{}](f)
		}
	}()
	d.Cancel()
}

// requireAll refuses to make a list of ds if one of them is nil.
func requireAll[T any](list string, ds []*deferred.Deferred[T]) {
	for i, d := range ds {
		if d == nil {
			panic(fmt.Sprintf("chain: %s of a nil Deferred, at index %d", list, i))
		}
	}
}
