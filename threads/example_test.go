package threads_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/threads"
)

// A Pool by itself, with a bound on what runs and on what waits, and a deadline
// for its end.
func ExamplePool() {
	p := threads.NewPool(0, 4, threads.WithQueueLimit(100), threads.WithIdleTimeout(time.Minute))
	if err := p.Start(); err != nil {
		fmt.Println(err)
		return
	}
	err := p.Submit(func() { fmt.Println("on a worker") })
	if errors.Is(err, threads.ErrPoolFull) {
		fmt.Println("too much to do")
	}

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := p.Stop(ctx); err != nil {
		fmt.Println(err) // says how many jobs still run, and how many were dropped
	}
	fmt.Println(p.Stats().Completed, "job")
	// Output:
	// on a worker
	// 1 job
}

// What blocks runs on the pool of r, which is a reactor in a program; its result
// comes back to the loop.
func ExampleDeferToThread() {
	r := exampleLoop()
	defer r.end()
	done := make(chan struct{})
	_ = r.CallFromThread(func() {
		d := threads.DeferToThread(r, func(context.Context) (string, error) {
			return "read from a slow disk", nil
		})
		d.AddBoth(func(s string, err error) (string, error) {
			fmt.Println("on the loop:", s, err)
			close(done)
			return s, nil
		})
	})
	<-done
	// Output:
	// on the loop: read from a slow disk <nil>
}

// A pool for one purpose, here for a database that takes two connections, and a
// job that listens to its context.
func ExampleDeferToPool() {
	r := exampleLoop()
	defer r.end()
	database := threads.NewPool(0, 2)
	_ = database.Start()
	defer func() { _ = database.Stop(context.Background()) }()

	done := make(chan struct{})
	_ = r.CallFromThread(func() {
		d := threads.DeferToPool(r, database, func(ctx context.Context) (int, error) {
			<-ctx.Done() // a query that takes a context
			return 0, ctx.Err()
		})
		d.AddBoth(func(n int, err error) (int, error) {
			fmt.Println(n, err)
			close(done)
			return n, nil
		})
		d.Cancel()
	})
	<-done
	// Output:
	// 0 deferred: cancelled
}

// A goroutine that is not the loop's has something done there and waits for it.
func ExampleBlockingCallFromThread() {
	r := exampleLoop()
	defer r.end()
	connections := 3 // belongs to the loop
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	n, err := threads.BlockingCallFromThread(ctx, r, func() *deferred.Deferred[int] {
		return deferred.Succeed(connections)
	})
	fmt.Println(n, err)
	// Output:
	// 3 <nil>
}

// exampleLoop returns a running loop with a running pool.
func exampleLoop() *loop {
	r := newLoop()
	r.pool = threads.NewPool(0, 4)
	_ = r.pool.Start()
	r.start()
	return r
}

// end stops the pool before the loop, which takes in the last results.
func (l *loop) end() {
	_ = l.pool.Stop(context.Background())
	l.stop()
}
