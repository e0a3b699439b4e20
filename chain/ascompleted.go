package chain

import (
	"iter"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// AsCompleted returns an iterator over as many Deferreds as there are in ds. The
// first fires with the first result that one of ds gives, the second with the
// next, and so on: with the value and whose it is, or with a *FirstError that
// says so. It is for taking results in the order in which they come.
//
// The iterator does not wait, since what waits would wait on the loop: it gives
// the Deferred of the next result, be that there already or not. A coroutine
// awaits each before it asks for the next; other code adds its handlers to all.
// A range that is left may be followed by another, which goes on with the next
// result.
//
// Each of ds goes on with its own result, and its failure counts as seen. A
// Cancel of a Deferred that waits withdraws it, and it fails with
// deferred.ErrCancelled; ds are not cancelled, and the result that it would have
// had goes to the next. A nil Deferred panics.
//
// Loop goroutine only: that of ds. It costs a few allocations, and three for each
// Deferred that waits. Other goroutines have [ToSeq].
func AsCompleted[T any](ds []*deferred.Deferred[T]) iter.Seq[*deferred.Deferred[Winner[T]]] {
	requireAll("AsCompleted", ds)
	c := &completions[T]{}
	c.results.size, c.results.backlog = -1, -1
	c.all.Adopt(ds)
	c.all.Tell(c, deferred.PassAll)
	c.all.Release() // nobody cancels them
	return func(yield func(*deferred.Deferred[Winner[T]]) bool) {
		for c.more() && yield(c.next()) {
		}
	}
}

// completions are results in the order in which they came.
type completions[T any] struct {
	all     deferred.Collection[T]
	results Queue[indexed[T]]
}

// Collect implements deferred.Collector.
func (c *completions[T]) Collect(i int, v T, err error) {
	_ = c.results.Put(indexed[T]{i, Result[T]{v, err}}) // it has no limit
}

// more reports whether there are more results, now or later, than Deferreds
// that wait for one.
func (c *completions[T]) more() bool {
	return c.all.Left()+c.results.items.n > c.results.getters.n
}

// next returns the Deferred of the next result.
func (c *completions[T]) next() *deferred.Deferred[Winner[T]] {
	return deferred.Then(c.results.Get(), func(r indexed[T]) (Winner[T], error) {
		if r.result.Err != nil {
			return Winner[T]{}, failure.At(&FirstError{Index: r.index, Err: r.result.Err}, 0)
		}
		return Winner[T]{Index: r.index, Value: r.result.Value}, nil
	})
}
