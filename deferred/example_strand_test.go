package deferred_test

import (
	"fmt"
	"iter"

	"github.com/spindle-go/spindle/deferred"
)

// adder is a coroutine of its own make: it awaits two numbers and adds them.
// chain.Async does this for any function.
type adder struct {
	strand deferred.Strand[int]
	a, b   *deferred.Deferred[int]
}

func (w *adder) run(yield func(struct{}) bool) {
	w.strand.Entered()
	var waiter deferred.Waiter = &w.strand
	inbox := deferred.NewInbox[int](waiter)
	sum := 0
	for _, d := range []*deferred.Deferred[int]{w.a, w.b} {
		if w.strand.MayWait() && inbox.Wait(d) && !yield(struct{}{}) {
			w.strand.Finish(0, deferred.ErrAbandoned)
			return
		}
		v, err := inbox.Take()
		if err != nil {
			w.strand.Finish(0, err)
			return
		}
		sum += v
	}
	w.strand.Finish(sum, nil)
}

func ExampleStrand() {
	w := &adder{a: deferred.New[int](), b: deferred.Succeed(2)}
	next, stop := iter.Pull(w.run)
	sum := w.strand.Start(next, stop, nil)
	sum.Tap(func(n int) { fmt.Println("sum:", n) })
	fmt.Println("fired by hand:", sum.Callback(0))
	_ = w.a.Callback(40)
	// Output:
	// fired by hand: deferred: already chained to another Deferred
	// sum: 42
}

// A wait for what is there does not hold up the work.
func ExampleInbox() {
	w := &adder{a: deferred.Succeed(40), b: deferred.Succeed(2)}
	next, stop := iter.Pull(w.run)
	w.strand.Start(next, stop, nil).Tap(func(n int) { fmt.Println("sum:", n) })
	// Output: sum: 42
}

// A loop of one's own: it says when its turns begin and end, and its coroutines
// end with it.
func ExampleTurns() {
	deferred.SetUnhandledHandler(func(u deferred.Unhandled) { fmt.Println("unhandled:", u.Failure) })
	defer deferred.SetUnhandledHandler(nil)

	loop := deferred.NewTurns()
	for turn := range 2 {
		loop.Begin()
		fmt.Println("turn", turn, "here:", loop.Here())
		deferred.Fail[int](fmt.Errorf("left behind in turn %d", turn))
		loop.End()
	}
	w := &adder{a: deferred.New[int](), b: deferred.Succeed(2)}
	next, stop := iter.Pull(w.run)
	w.strand.Start(next, stop, nil)
	fmt.Println("waiting:", len(loop.Waiting()))
	loop.Close()
	fmt.Println("waiting:", len(loop.Waiting()))
	// Output:
	// turn 0 here: true
	// unhandled: left behind in turn 0
	// turn 1 here: true
	// unhandled: left behind in turn 1
	// waiting: 1
	// waiting: 0
}

// Poll takes a result that is there, and changes nothing if there is none.
func ExampleDeferred_Poll() {
	d := deferred.New[string]()
	_, _, ready := d.Poll()
	fmt.Println(ready)
	_ = d.Callback("value")
	v, fail, ready := d.Poll()
	fmt.Println(v, fail == nil, ready)
	_, fail, ready = d.Poll()
	fmt.Println(fail, ready)
	// Output:
	// false
	// value true true
	// deferred: already chained to another Deferred true
}

// Anything that can be asked to stop is a Canceller.
type siren string

func (s siren) Cancel() { fmt.Println(s, "stops") }

func ExampleCanceller() {
	var c deferred.Canceller = siren("the siren")
	d := deferred.New[int]().PassCancelTo(c)
	d.Cancel()
	fmt.Println("called:", d.Called()) // the siren may still fire it
	// Output:
	// the siren stops
	// called: false
}
