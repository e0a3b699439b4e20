package chain_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
)

// completion notes what a Deferred of AsCompleted gives.
func completion(j *journal, n int, d *deferred.Deferred[chain.Winner[int]]) deferred.Canceller {
	return observe(d, func(s string) { j.add(fmt.Sprint(n, ": ", s)) }, winner)
}

func TestAsCompleted(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	var got journal
	ds := pending(4)
	callback(t, ds[3], 13)
	n := 0
	for d := range chain.AsCompleted(ds) {
		completion(&got, n, d)
		n++
	}
	if n != 4 {
		t.Fatalf("there are %d, want 4", n)
	}
	callback(t, ds[1], 11)
	errback(t, ds[0], names[0])
	callback(t, ds[2], 12)
	got.want(t, "0: winner 3: 13", "1: winner 1: 11", "2: first 0: E0", "3: winner 2: 12")
	if v := deferredtest.SuccessOf(t, ds[1]); v != 11 {
		t.Errorf("the Deferred goes on with %d", v)
	}
	for range chain.AsCompleted[int](nil) {
		t.Error("there is one of none")
	}
}

// TestAsCompletedOneByOne asks for the next only when the one before is there, as
// a coroutine does.
func TestAsCompletedOneByOne(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	var got journal
	ds := pending(3)
	all := chain.AsCompleted(ds)
	for n, i := range []int{2, 0, 1} {
		for d := range all { // goes on with the next
			completion(&got, n, d)
			break
		}
		callback(t, ds[i], 10+i)
	}
	for range all {
		t.Error("there is one too many")
	}
	got.want(t, "0: winner 2: 12", "1: winner 0: 10", "2: winner 1: 11")
}

// TestAsCompletedCancel withdraws one: its result goes to the next, and there is
// one more to come.
func TestAsCompletedCancel(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	var got, order journal
	ds := []*child{cancellable(&order, 0, nil), cancellable(&order, 1, nil)}
	all := chain.AsCompleted(ds)
	handed := slices.Collect(all)
	for n, d := range handed {
		completion(&got, n, d)
	}
	handed[0].Cancel()
	order.want(t)
	callback(t, ds[0], 10)
	callback(t, ds[1], 11)
	for d := range all {
		completion(&got, 2, d)
	}
	got.want(t, "0: cancelled", "1: winner 0: 10", "2: winner 1: 11")
}

// TestAsCompletedPaused has somebody hold back what he was given. There is no more
// than one for each.
func TestAsCompletedPaused(t *testing.T) {
	ds := pending(1)
	all := chain.AsCompleted(ds)
	var held *deferred.Deferred[chain.Winner[int]]
	for held = range all {
		held.Pause()
	}
	callback(t, ds[0], 10)
	for range all {
		t.Error("there is one too many")
	}
	held.Unpause()
	if got := deferredtest.SuccessOf(t, held); got.Value != 10 {
		t.Errorf("it gives %v", got)
	}
}
