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
	ds    []*deferred.Deferred[T] // the list's own copy
	left  int                     // how many have not told their result
	walks int                     // how many calls of walk are under way
	over  bool                    // the list's result is known: what a child tells now comes too late
}

// adopt makes ds the children. It is theirs from now on.
func (c *children[T]) adopt(ds []*deferred.Deferred[T]) {
	c.ds, c.left = ds, len(ds)
}

// walk calls f with the children. They stay where they are until f returns,
// also when the result becomes known in the middle of it.
func (c *children[T]) walk(f func(ds []*deferred.Deferred[T])) {
	c.walks++
	defer func() {
		c.walks--
		c.release()
	}()
	f(c.ds)
}

// decide says that the list's result is known. It lets go of the children, so
// that a slow one, whose step knows the list, does not keep the others in
// memory.
func (c *children[T]) decide() {
	c.over = true
	c.release()
}

// release forgets the children once nobody is going to need them.
func (c *children[T]) release() {
	if c.over && c.walks == 0 {
		clear(c.ds) // the copy may lie inside the list, which lives as long as its result
		c.ds = nil
	}
}

// Cancel cancels all children in order, for the Deferred of the list. To those
// that have fired it means nothing, unless they wait for another Deferred.
func (c *children[T]) Cancel() { c.walk(cancelAll) }

// cancelAll cancels each of ds, whatever one of them does.
func cancelAll[T any](ds []*deferred.Deferred[T]) {
	defer func() {
		if len(ds) > 0 { // a canceller called runtime.Goexit
			cancelAll(ds)
		}
	}()
	for len(ds) > 0 {
		d := ds[0]
		ds = ds[1:]
		cancelOne(d)
	}
}

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
