package chain

import "github.com/spindle-go/spindle/deferred"

// First returns a Deferred that fires with the first value that one of ds gives.
// The others go on, they are not cancelled, and what comes of them is ignored;
// [Race] cancels them. If all of ds fail it fails with a *FailureGroup, and with
// [FireOnOneErrback] it fails with the first failure, as a *FirstError, unless a
// value came before. No Deferreds fail at once with ErrNoDeferreds. A nil
// Deferred panics.
//
// With [ConsumeErrors] the failure of one of ds becomes the zero value for its
// later handlers; otherwise they see it, too. In either case only the failure of
// First is left to handle, see the rules of the package.
//
// Cancel cancels ds in order, and First fires from what comes of that.
//
// Loop goroutine only: that of ds. It costs two allocations, and another
// one when one of them fails. It is Twisted's DeferredList with
// fireOnOneCallback, with two differences: that one succeeds with a list of
// failures when all failed, and never fires when there are no Deferreds.
func First[T any](ds []*deferred.Deferred[T], opts ...ListOption) *deferred.Deferred[Winner[T]] {
	requireAll("First", ds)
	if len(ds) == 0 {
		return deferred.Fail[Winner[T]](ErrNoDeferreds)
	}
	options := join(opts)
	f := &first[T]{failFast: options.has(FireOnOneErrback)}
	f.all.Adopt(ds)
	f.out.PassCancelTo(&f.children)
	f.all.Tell(f, options.passing())
	return &f.out
}

// first is a contest that leaves the losers alone.
type first[T any] struct {
	contest[T]
	failFast bool // the first failure is the result
}

// Collect implements deferred.Collector.
func (f *first[T]) Collect(i int, v T, err error) {
	switch {
	case f.over:
	case err == nil:
		f.win(i, v)
	case f.failFast:
		f.fail(&FirstError{Index: i, Err: err})
	default:
		f.lost(i, err)
	}
}
