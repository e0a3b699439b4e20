package chain_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// calls is a loop that is nothing but its queue. A reactor is what programs have.
type calls chan func()

func (c calls) CallFromThread(f func()) error {
	c <- f
	return nil
}

func ExampleCaller() {
	var loop chain.Caller = make(calls, 1) // a *reactor.Reactor, usually
	go func() {
		_ = loop.CallFromThread(func() { fmt.Println("on the loop") })
	}()
	(<-loop.(calls))()
	// Output: on the loop
}

func ExampleFromContext() {
	loop := make(calls, 1)
	ctx, cancel := context.WithCancelCause(context.Background())
	chain.FromContext(ctx, loop).Catch(func(f *failure.Failure) { fmt.Println("it has ended:", f) })
	cancel(errors.New("the user has left"))
	(<-loop)()
	// Output: it has ended: the user has left
}

func ExampleWithContext() {
	loop := make(calls, 1)
	ctx, cancel := context.WithCancelCause(context.Background())
	chain.WithContext(ctx, loop, fetch("a")).Catch(func(f *failure.Failure) {
		fmt.Println(f)
		fmt.Println("cancelled:", errors.Is(f, deferred.ErrCancelled))
	})
	cancel(errors.New("the user has left"))
	(<-loop)()
	// Output:
	// given up: a
	// chain: context ended: the user has left
	// cancelled: true
}

func ExampleWithContext_scope() {
	// All that a scope owns ends with a context.
	loop := make(calls, 1)
	ctx, cancel := context.WithCancel(context.Background())
	request := chain.NewScope()
	chain.Add(request, fetch("a"))
	chain.Add(request, fetch("b"))
	chain.WithContext(ctx, loop, request.Wait()).Catch(func(f *failure.Failure) { fmt.Println(f) })
	cancel()
	(<-loop)()
	// Output:
	// given up: a
	// given up: b
	// chain: context ended: context canceled
}

func ExampleToContext() {
	closed := deferred.New[string]()
	ctx := chain.ToContext(context.Background(), closed)
	fmt.Println(ctx.Err())
	closed.Catch(func(*failure.Failure) {})
	_ = closed.Errback(errors.New("connection reset"))
	<-ctx.Done()
	fmt.Println(context.Cause(ctx))
	// Output:
	// <nil>
	// connection reset
}

func ExampleFromChan() {
	loop := make(calls, 1)
	lines := make(chan string)
	chain.FromChan(lines, loop).Tap(func(line string) { fmt.Println("got", line) })
	lines <- "a line" // from another goroutine, usually
	(<-loop)()
	// Output: got a line
}

func ExampleToChan() {
	d := fetch("a")
	result := chain.ToChan(d)
	done := make(chan struct{})
	go func() {
		defer close(done)
		r := <-result
		fmt.Println(r.Value, r.Err)
	}()
	_ = d.Callback("text of a") // on the loop
	<-done
	// Output: text of a <nil>
}

func ExampleToSeq() {
	ds := []*deferred.Deferred[string]{fetch("a"), fetch("b")}
	results := chain.ToSeq(context.Background(), ds)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i, r := range results {
			fmt.Println(i, r.Value)
		}
	}()
	_ = ds[1].Callback("text of b") // on the loop
	_ = ds[0].Callback("text of a")
	<-done
	// Output:
	// 1 text of b
	// 0 text of a
}
