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
	kept     []E  // of each child
	failFast bool // the first failure is the result
}

// begin makes l wait for ds. collector is l itself, as the type that keeps their
// results.
func (l *list[T, E]) begin(ds []*deferred.Deferred[T], collector deferred.Collector[T], options ListOption) {
	l.all.Adopt(ds)
	l.kept = make([]E, len(ds))
	l.out.PassCancelTo(&l.children)
	l.all.Tell(collector, options.passing())
}

// told takes down that child i told its result, which is in kept, and whose
// failure is err. It fires out if that settles the matter.
func (l *list[T, E]) told(i int, err error) {
	failed := err != nil && l.failFast
	if !failed && l.all.Left() > 0 {
		return
	}
	kept := l.kept
	l.kept = nil
	l.decide()
	// Somebody else may have fired out, to whom its result is then.
	if failed {
		_ = l.out.Errback(failure.At(&FirstError{Index: i, Err: err}, 0))
	} else {
		_ = l.out.Callback(kept)
	}
}
