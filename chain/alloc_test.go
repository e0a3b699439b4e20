package chain_test

import (
	"fmt"
	"testing"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
)

// TestAllocations holds the lists to the figures in their comments, with
// children that succeed one after the other. Each child costs one.
func TestAllocations(t *testing.T) {
	skipInDebug(t)
	tests := []struct {
		name string
		list func(ds []*child)
		want func(n int) int // besides the children
	}{
		{"DeferredList", func(ds []*child) { chain.DeferredList(ds) }, func(n int) int { return 3 }},
		{"DeferredList with options", func(ds []*child) { chain.DeferredList(ds, chain.FireOnOneErrback, chain.ConsumeErrors) }, func(n int) int { return 3 }},
		{"Gather", func(ds []*child) { chain.Gather(ds) }, func(n int) int { return 3 }},
		{"First", func(ds []*child) { chain.First(ds) }, func(n int) int { return 2 }},
		// The losers' failures are an allocation each, too.
		{"Race", func(ds []*child) { chain.Race(ds) }, func(n int) int { return 2 + n - 1 }},
	}
	for _, test := range tests {
		for _, n := range sizes {
			t.Run(fmt.Sprintf("%s of %d", test.name, n), func(t *testing.T) {
				ds := make([]*child, n)
				got := testing.AllocsPerRun(10, func() { round(ds, test.list) })
				if want := float64(n + test.want(n)); got != want {
					t.Errorf("%v allocations, want %v", got, want)
				}
			})
		}
	}
}

// round makes children, a list of them, and fires them all.
func round(ds []*child, list func([]*child)) {
	for i := range ds {
		ds[i] = deferred.New[int]()
	}
	list(ds)
	for i, d := range ds {
		_ = d.Callback(i) // it may have lost a race
	}
}
