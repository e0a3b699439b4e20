package deferred_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/timeout"
)

// A canceller ends the work that the Deferred stands for. The chain then goes on
// with ErrCancelled.
func ExampleDeferred_Cancel() {
	d := deferred.New(func(*deferred.Deferred[int]) { fmt.Println("work ended") })
	d.Catch(func(f *failure.Failure) {
		fmt.Println(f, errors.Is(f, context.Canceled))
	})

	d.Cancel()
	// Output:
	// work ended
	// deferred: cancelled true
}

// A cancel goes inward, to the work that is being waited for.
func ExampleDeferred_Cancel_inward() {
	inner := deferred.New(func(*deferred.Deferred[int]) { fmt.Println("inner work ended") })
	outer := deferred.Then(deferred.Succeed("start"), func(string) (int, error) { return inner.Chain() })
	outer.Catch(func(f *failure.Failure) { fmt.Println(f) })

	outer.Cancel()
	// Output:
	// inner work ended
	// deferred: cancelled
}

// A canceller may give a result in the place of ErrCancelled, such as what there
// is so far.
func ExampleDeferred_Cancel_result() {
	lines := []string{"one", "two"}
	d := deferred.New(func(d *deferred.Deferred[[]string]) { _ = d.Callback(lines) })
	d.Tap(func(lines []string) { fmt.Println("so far:", lines) })

	d.Cancel()
	// Output:
	// so far: [one two]
}

// A timeout covers what was added before it. Here the time passes on a virtual
// clock; a reactor is a clock as well.
func ExampleDeferred_AddTimeout() {
	clock := timeout.NewVirtualClock(time.Unix(0, 0))

	reply := deferred.New[string]()
	reply.AddTimeout(3*time.Second, clock)
	reply.AddErrback(func(f *failure.Failure) (string, error) {
		fmt.Println(f)
		return "no reply", f.Trap(deferred.ErrTimeout)
	})
	reply.Tap(func(s string) { fmt.Println(s) })

	clock.Advance(3 * time.Second)
	// Output:
	// deferred: timed out after 3s
	// no reply
}

// With a function of one's own a timeout ends in whatever that returns.
func ExampleDeferred_AddTimeout_conversion() {
	clock := timeout.NewVirtualClock(time.Unix(0, 0))

	price := deferred.New[int]()
	price.AddTimeout(time.Second, clock, func(int, error) (int, error) { return 99, nil }) // the last one known
	price.Tap(func(v int) { fmt.Println(v) })

	clock.Advance(time.Second)
	// Output:
	// 99
}

// pairOf is a stand-in for a list of Deferreds: it ends when they have.
type pairOf struct {
	left, right *deferred.Deferred[int]
}

// Cancel cancels both.
func (p pairOf) Cancel() {
	p.left.Cancel()
	p.right.Cancel()
}

// A Deferred that stands for several others passes a cancel on to them, and fires
// from what comes of it.
func ExampleDeferred_PassCancelTo() {
	left, right := deferred.New[int](), deferred.New[int]()
	both := deferred.New[string]().PassCancelTo(pairOf{left, right})

	missing := 2
	ended := func(int, error) (int, error) {
		if missing--; missing == 0 {
			_ = both.Callback("both have ended")
		}
		return 0, nil
	}
	left.AddBoth(ended)
	right.AddBoth(ended)
	both.Tap(func(s string) { fmt.Println(s) })

	both.Cancel()
	// Output:
	// both have ended
}
