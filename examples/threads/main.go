// Threads shows blocking work beside the loop: jobs run in the reactor's pool,
// and what comes of them gets back to the loop through its waker. The loop goes
// on meanwhile, and no variable here has a lock.
//
// Run it with:
//
//	go run ./examples/threads
//
// You see the loop's own beat, what came of each job when all have ended, one of
// which panics and costs only itself, and the sum that all jobs added to.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/reactor"
	"github.com/spindle-go/spindle/threads"
)

// work stands for a call that blocks: a database driver, a big computation. It
// runs on a goroutine of the pool and must not touch what belongs to the loop.
func work(ctx context.Context, n int) (int, error) {
	if n == 3 {
		panic("job 3 is broken")
	}
	select {
	case <-time.After(time.Duration(n) * 40 * time.Millisecond):
		return n * n, nil
	case <-ctx.Done(): // the Deferred was cancelled
		return 0, context.Cause(ctx)
	}
}

func main() {
	r, err := reactor.New()
	if err != nil {
		fail(err)
	}
	sum := 0 // the loop's: every callback that adds to it runs there
	results, err := reactor.React(context.Background(), r, func(r *reactor.Reactor) *deferred.Deferred[[]chain.Result[int]] {
		r.CallLater(20*time.Millisecond, func() { fmt.Println("the loop is free while jobs block") })

		// The plain way: a job, and CallFromThread for the way back.
		if err := r.CallInThread(func() {
			answer := 6 * 7
			_ = r.CallFromThread(func() { sum += answer }) // refused only when the loop has stopped
		}); err != nil {
			return deferred.Fail[[]chain.Result[int]](err)
		}

		// The same with a Deferred for each job.
		var jobs []*deferred.Deferred[int]
		for n := 1; n <= 4; n++ {
			job := threads.DeferToThread(r, func(ctx context.Context) (int, error) { return work(ctx, n) })
			jobs = append(jobs, job.Tap(func(v int) { sum += v }))
		}
		return chain.DeferredList(jobs, chain.ConsumeErrors)
	})
	if err != nil {
		fail(err)
	}
	for i, result := range results {
		if result.Err != nil {
			fmt.Printf("job %d failed: %v\n", i+1, result.Err)
			continue
		}
		fmt.Printf("job %d: %d\n", i+1, result.Value)
	}
	fmt.Println("sum:", sum)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "threads:", err)
	os.Exit(1)
}
