package chain_test

import (
	"fmt"
	"runtime"
	"testing"
	"weak"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
	"github.com/spindle-go/spindle/failure"
)

// sizes are numbers of children.
var sizes = []int{1, 2, 10, 1000}

// TestSliceIsCopied changes the slice after the list was made.
func TestSliceIsCopied(t *testing.T) {
	for _, n := range sizes {
		for _, k := range each() {
			t.Run(fmt.Sprint(k, " of ", n), func(t *testing.T) {
				deferredtest.CheckUnhandled(t)
				count := 0
				ds := make([]*child, n)
				for i := range ds {
					ds[i] = deferred.New(func(*child) { count++ })
				}
				own := append([]*child(nil), ds...)
				list := k.make(ds, func(string) {})
				clear(ds)
				list.Cancel()
				if count != n {
					t.Errorf("%d of %d children were cancelled", count, n)
				}
				for _, d := range own { // without ConsumeErrors they still have their failures
					d.AddBoth(func(int, error) (int, error) { return 0, nil })
				}
			})
		}
	}
}

// TestSliceChangesDuringConstruction has a canceller that changes the slice
// while the race is being made.
func TestSliceChangesDuringConstruction(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	var got journal
	ds := []*child{deferred.Succeed(10), nil, deferred.New[int]()}
	last := ds[2]
	ds[1] = cancellable(&got, 1, func(*child) { clear(ds) })
	makeRace(ds, got.add)
	got.want(t, "canceller 1", "winner 0: 10")
	if got := deferredtest.SuccessOf(t, last); got != 0 {
		t.Errorf("the last child gives %d, want it to be the race's", got)
	}
}

// TestChildrenAreLetGo wants a list that has fired not to hold its children: a
// slow one knows the list, and the list would keep the others in memory.
func TestChildrenAreLetGo(t *testing.T) {
	for _, k := range []kind{
		{name: "DeferredList", made: makeDeferredList, options: []chain.ListOption{chain.FireOnOneErrback}},
		{name: "Gather", made: makeGather},
		{name: "First", made: makeFirst, options: []chain.ListOption{chain.FireOnOneErrback}},
		{name: "Race", made: makeRace},
	} {
		t.Run(k.name, func(t *testing.T) {
			slow := stubborn(new(journal), 0)
			gone, list := leaveBehind(t, k, slow)
			runtime.GC()
			if gone.Value() != nil {
				t.Error("a child that was fired is still in memory")
			}
			runtime.KeepAlive(slow)
			runtime.KeepAlive(list)
		})
	}
}

// TestFiredChildrenAreLetGo is about a list that all children have told their
// results, of which one still has handlers to run and waits.
func TestFiredChildrenAreLetGo(t *testing.T) {
	slow := deferred.New[int]()
	gone, list := outlivedBy(t, slow)
	runtime.GC()
	if gone.Value() != nil {
		t.Error("a child that was fired is still in memory")
	}
	runtime.KeepAlive(slow)
	runtime.KeepAlive(list)
}

// outlivedBy gathers slow and a child of its own, and fires both. slow has as many
// handlers as make it keep the step of the list outside of itself.
//
//go:noinline
func outlivedBy(t *testing.T, slow *child) (weak.Pointer[child], deferred.Canceller) {
	d, never := deferred.New[int](), deferred.New[int]()
	for range 5 {
		slow.Finally(func() {})
	}
	list := chain.Gather([]*child{slow, d})
	slow.AddCallback(func(int) (int, error) { return never.Chain() }).Finally(func() {})
	callback(t, slow, 1)
	callback(t, d, 1)
	if !list.Called() {
		t.Fatal("the list has not fired")
	}
	return weak.Make(d), list
}

// TestChildrenAreLetGoWhileMaking is about lists whose result is known before they
// have all their children, and about iterators, which never cancel any.
func TestChildrenAreLetGoWhileMaking(t *testing.T) {
	tests := []struct {
		name string
		make func(ds []*child) any
	}{
		{"DeferredList", func(ds []*child) any {
			return chain.DeferredList(ds, chain.FireOnOneErrback).Catch(func(*failure.Failure) {})
		}},
		{"Gather", func(ds []*child) any { return chain.Gather(ds).Catch(func(*failure.Failure) {}) }},
		{"First", func(ds []*child) any {
			return chain.First(ds, chain.FireOnOneErrback).Catch(func(*failure.Failure) {})
		}},
		{"Race", func(ds []*child) any {
			ds[0].Catch(func(*failure.Failure) {})
			return chain.Race(ds)
		}},
		{"AsCompleted", func(ds []*child) any { return chain.AsCompleted(ds) }},
		{"ToSeq", func(ds []*child) any { return chain.ToSeq(t.Context(), ds) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			slow := stubborn(new(journal), 0)
			gone, made := madeOfFailed(test.make, slow)
			deferred.FlushUnhandled() // which held it until it was seen
			runtime.GC()
			if gone.Value() != nil {
				t.Error("a child that has failed is still in memory")
			}
			runtime.KeepAlive(slow)
			runtime.KeepAlive(made)
		})
	}
}

// madeOfFailed calls f with a child that has failed, and slow.
//
//go:noinline
func madeOfFailed(f func(ds []*child) any, slow *child) (weak.Pointer[child], any) {
	d := deferred.Fail[int](names[0])
	made := f([]*child{d, slow})
	d.Catch(func(*failure.Failure) {})
	return weak.Make(d), made
}

// leaveBehind makes a list of slow and a child of its own, and fires that.
//
//go:noinline
func leaveBehind(t *testing.T, k kind, slow *child) (weak.Pointer[child], deferred.Canceller) {
	d := deferred.New[int]()
	list := k.make([]*child{slow, d}, func(string) {})
	if k.name == "Race" {
		callback(t, d, 1)
	} else {
		errback(t, d, names[0])
	}
	return weak.Make(d), list
}
