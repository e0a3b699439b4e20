// Getter shows a Deferred that a delayed call fires, and the two ways through
// its handlers: even numbers are doubled and go down the callbacks, odd ones
// fail and go down the errbacks.
//
// Run it with:
//
//	go run ./examples/getter
//
// You see one line for each of five requests, in the order in which their
// delayed calls fire, and a last one from the reactor.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/reactor"
)

var errOdd = errors.New("odd numbers are not served")

// get answers later with twice n, or with a failure when n is odd. It returns at
// once: nothing waits.
func get(r *reactor.Reactor, n int) *deferred.Deferred[int] {
	d := deferred.New[int]()
	r.CallLater(time.Duration(n)*10*time.Millisecond, func() {
		if n%2 != 0 {
			_ = d.Errback(fmt.Errorf("%d: %w", n, errOdd))
			return
		}
		_ = d.Callback(2 * n)
	})
	return d
}

// show adds the handlers for one request.
func show(n int, d *deferred.Deferred[int]) *deferred.Deferred[int] {
	return d.
		AddCallback(func(v int) (int, error) {
			fmt.Printf("get(%d) called back with %d\n", n, v)
			return v, nil
		}).
		AddErrback(func(f *failure.Failure) (int, error) {
			if err := f.Trap(errOdd); err != nil {
				return 0, err // not ours: the next errback may know it
			}
			fmt.Printf("get(%d) failed: %v\n", n, f)
			return 0, nil // handled: from here on it is a value again
		})
}

func main() {
	r, err := reactor.New()
	if err != nil {
		fail(err)
	}
	results, err := reactor.React(context.Background(), r, func(r *reactor.Reactor) *deferred.Deferred[[]int] {
		var ds []*deferred.Deferred[int]
		for n := range 5 {
			ds = append(ds, show(n, get(r, n)))
		}
		return chain.Gather(ds)
	})
	if err != nil {
		fail(err)
	}
	fmt.Println("all done:", results)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "getter:", err)
	os.Exit(1)
}
