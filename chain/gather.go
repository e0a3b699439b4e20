package chain

import "github.com/spindle-go/spindle/deferred"

// Gather returns a Deferred that fires when all of ds have, with their values
// in order. It fails as soon as one of them does, with a *FirstError; the others
// go on, they are not cancelled, and what comes of them is ignored. No Deferreds
// give an empty slice at once. A nil Deferred panics.
//
// The values belong to the caller. With [ConsumeErrors] the failure of one of ds
// becomes the zero value for its later handlers; otherwise they see it, too. In
// either case only the failure of Gather is left to handle, see the rules of the
// package. [FireOnOneErrback] is what it does anyway.
//
// Cancel cancels ds in order. What comes of that is usually the *FirstError of
// the first that had not fired, around deferred.ErrCancelled; errors.Is sees it.
//
// Loop goroutine only: that of ds. It costs three allocations. It is
// Twisted's gatherResults.
func Gather[T any](ds []*deferred.Deferred[T], opts ...ListOption) *deferred.Deferred[[]T] {
	requireAll("Gather", ds)
	if len(ds) == 0 {
		return deferred.Succeed([]T{})
	}
	l := &valueList[T]{}
	l.failFast = true
	l.begin(ds, l, join(opts))
	return &l.out
}

// valueList keeps the value of each child.
type valueList[T any] struct{ list[T, T] }

// Collect implements deferred.Collector.
func (l *valueList[T]) Collect(i int, v T, err error) {
	if l.over {
		return
	}
	l.kept[i] = v
	l.told(i, err)
}
