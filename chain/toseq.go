package chain

import (
	"context"
	"iter"

	"github.com/spindle-go/spindle/deferred"
)

// ToSeq returns an iterator for another goroutine, over the results of ds in the
// order in which they come. Each comes with its index in ds. The iterator blocks
// until there is one more, and ends after the last, or when ctx has ended, which
// leaves ds alone. A range that is left may be followed by another, which goes on
// with the next result. Nothing is left behind if nobody ranges over it.
//
// Each of ds goes on with its own result, and its failure counts as seen. A nil
// ctx or Deferred panics.
//
// Loop goroutine only: that of ds. The iterator is for any other; on the loop's
// own it would wait for ever, and there [AsCompleted] is what to use.
func ToSeq[T any](ctx context.Context, ds []*deferred.Deferred[T]) iter.Seq2[int, Result[T]] {
	if ctx == nil {
		panic("chain: ToSeq with a nil context")
	}
	requireAll("ToSeq", ds)
	s := &stream[T]{results: make(chan indexed[T], len(ds))}
	if len(ds) == 0 {
		close(s.results)
	}
	s.all.Adopt(ds)
	s.all.Tell(s, deferred.PassAll)
	s.all.Release() // nobody cancels them
	return func(yield func(int, Result[T]) bool) {
		for {
			select {
			case r, ok := <-s.results:
				if !ok || !yield(r.index, r.result) {
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}
}

// indexed is a result and whose it is.
type indexed[T any] struct {
	index  int
	result Result[T]
}

// stream takes results from the loop to another goroutine.
type stream[T any] struct {
	all     deferred.Collection[T]
	results chan indexed[T] // has room for all
}

// Collect implements deferred.Collector.
func (s *stream[T]) Collect(i int, v T, err error) {
	s.results <- indexed[T]{i, Result[T]{v, err}}
	if s.all.Left() == 0 {
		close(s.results)
	}
}
