package chain

import (
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// list waits for all of its children. It is what DeferredList and Gather have in
// common; they differ in E, which is what they keep of each child.
type list[T, E any] struct {
	children[T]
	out      deferred.Deferred[[]E]
	all      []E
	failFast bool // the first failure is the result
}

// begin prepares l for children.
func (l *list[T, E]) begin(ds []*deferred.Deferred[T], failFast bool) {
	l.adopt(ds)
	l.all = make([]E, len(ds))
	l.failFast = failFast
	l.out.PassCancelTo(&l.children)
}

// told takes down that child i told its result, which is in all, and whose
// failure is err. It fires out if that settles the matter.
func (l *list[T, E]) told(i int, err error) {
	l.left--
	failed := err != nil && l.failFast
	if !failed && l.left > 0 {
		return
	}
	all := l.all
	l.all = nil
	l.decide()
	// Somebody else may have fired out, to whom its result is then.
	if failed {
		_ = l.out.Errback(failure.At(&FirstError{Index: i, Err: err}, 0))
	} else {
		_ = l.out.Callback(all)
	}
}
