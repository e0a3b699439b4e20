package load

import (
	"context"
	"sync"
	"sync/atomic"
)

// together is how many connections are made at a time.
const together = 16

// inParallel calls f for 0 to n-1, at most so many at a time, and returns the first
// error. After that, the context of the others is done and no more are begun.
func inParallel(ctx context.Context, n, atOnce int, f func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(n, atOnce) {
		workers.Go(func() {
			for i := next.Add(1) - 1; i < int64(n) && ctx.Err() == nil; i = next.Add(1) - 1 {
				if err := f(ctx, int(i)); err != nil {
					cancel(err)
				}
			}
		})
	}
	workers.Wait()
	return context.Cause(ctx)
}
