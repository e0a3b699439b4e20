package chain

import (
	"iter"
	"slices"

	"github.com/spindle-go/spindle/deferred"
)

// What stands for several Deferreds says which, so that deferred.Dot and
// deferred.Pending see through it. All of it is deferred.Group.

// WaitsFor implements deferred.Group.
func (c *children[T]) WaitsFor() iter.Seq[deferred.Canceller] {
	return func(yield func(deferred.Canceller) bool) {
		for i := range c.all.Len() {
			if !yield(c.all.At(i)) {
				return
			}
		}
	}
}

// WaitsFor implements deferred.Group.
func (j *joint[P]) WaitsFor() iter.Seq[deferred.Canceller] {
	return func(yield func(deferred.Canceller) bool) {
		for _, d := range j.parts {
			if d != nil && !yield(d) {
				return
			}
		}
	}
}

// WaitsFor implements deferred.Group.
func (p *prong[T]) WaitsFor() iter.Seq[deferred.Canceller] {
	if p.fork.source == nil {
		return slices.Values[[]deferred.Canceller](nil)
	}
	return slices.Values([]deferred.Canceller{p.fork.source})
}

// WaitsFor implements deferred.Group.
func (e *iteration[A, B]) WaitsFor() iter.Seq[deferred.Canceller] { return e.crew.all() }

// WaitsFor implements deferred.Group.
func (w *watcher) WaitsFor() iter.Seq[deferred.Canceller] { return w.v.scope.crew.all() }

// all lists those that are under way.
func (c *crew) all() iter.Seq[deferred.Canceller] {
	return func(yield func(deferred.Canceller) bool) {
		for _, first := range []*seat[stoppable]{c.asked.first, c.working.first} {
			for s := first; s != nil; s = s.next {
				if !yield(s.v) {
					return
				}
			}
		}
	}
}
