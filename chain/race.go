package chain

import "github.com/spindle-go/spindle/deferred"

// Race returns a Deferred that fires with the first value that one of ds gives.
// All others are cancelled, in order, before it fires. If all of ds fail, it
// fails with a *FailureGroup. No Deferreds fail at once with ErrNoDeferreds. A
// nil Deferred panics.
//
// The race takes the results of ds for itself, values and failures: handlers
// that are added to one of ds afterwards see the zero value. What a loser gives
// that could not be cancelled is dropped.
//
// Cancel cancels ds in order. If that makes all of them fail, the race fails
// with the *FailureGroup; if one gives a value, that one wins; if neither has
// happened when all have been cancelled, it fails with deferred.ErrCancelled and
// waits for nothing more. Unless the cancellers said something else, errors.Is
// finds deferred.ErrCancelled in either failure.
//
// Loop goroutine only: that of ds. It costs two allocations, and another
// one when one of them fails. It is Twisted's race, which never fires when there
// are no Deferreds.
func Race[T any](ds []*deferred.Deferred[T]) *deferred.Deferred[Winner[T]] {
	requireAll("Race", ds)
	if len(ds) == 0 {
		return deferred.Fail[Winner[T]](ErrNoDeferreds)
	}
	r := &race[T]{}
	r.all.Adopt(ds)
	r.out.PassCancelTo(r)
	r.all.Tell(r, deferred.PassNone)
	return &r.out
}

// race is a contest that ends for the losers when there is a winner.
type race[T any] struct{ contest[T] }

// Collect implements deferred.Collector.
func (r *race[T]) Collect(i int, v T, err error) {
	switch {
	case r.over:
	case err == nil:
		r.stopLosers(func() { r.win(i, v) })
	default:
		r.lost(i, err)
	}
}

// stopLosers cancels all but the winner, which is running and does not mind,
// and then calls fire.
func (r *race[T]) stopLosers(fire func()) {
	r.over = true // whatever they answer
	defer fire()  // also when a canceller calls runtime.Goexit
	r.children.Cancel()
}

// Cancel is what a cancel of the race does.
func (r *race[T]) Cancel() {
	r.children.Cancel()
	if !r.over {
		r.fail(deferred.ErrCancelled)
	}
}
