package chain

import "github.com/spindle-go/spindle/deferred"

// DeferredList returns a Deferred that fires when all of ds have, with the
// result of each, in their order. It does not fail by itself: which failed is in
// the results. With [FireOnOneErrback] it fails with the first failure, as a
// *FirstError; the others go on, and what comes of them is ignored. No Deferreds
// give an empty slice at once. A nil Deferred panics.
//
// The results belong to the caller. With [ConsumeErrors] the failure of one of
// ds becomes the zero value for its later handlers; otherwise they see it, too.
// In either case the list's is the last word on it, see the rules of the
// package.
//
// Cancel cancels ds in order, and the list fires from what comes of that: with
// a value if it was not to fail.
//
// Loop goroutine only: that of ds. It costs three allocations. It is
// Twisted's DeferredList; for fireOnOneCallback, which gives another type, see
// [First].
func DeferredList[T any](ds []*deferred.Deferred[T], opts ...ListOption) *deferred.Deferred[[]Result[T]] {
	requireAll("DeferredList", ds)
	if len(ds) == 0 {
		return deferred.Succeed([]Result[T]{})
	}
	options := join(opts)
	l := &resultList[T]{}
	l.failFast = options.has(FireOnOneErrback)
	l.begin(ds, l, options)
	return &l.out
}

// resultList keeps the result of each child.
type resultList[T any] struct{ list[T, Result[T]] }

// Collect implements deferred.Collector.
func (l *resultList[T]) Collect(i int, v T, err error) {
	if l.over {
		return
	}
	l.kept[i] = Result[T]{Value: v, Err: err}
	l.told(i, err)
}
