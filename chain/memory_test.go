package chain_test

import (
	"fmt"
	"runtime"
	"testing"
	"weak"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
)

// sizes are numbers of children around those where the lists change how they
// keep them.
var sizes = []int{1, 2, 8, 9, 32, 33, 100, 128, 129, 1000}

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
