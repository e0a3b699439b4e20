package chain_test

import (
	"fmt"
	"testing"

	"github.com/spindle-go/spindle/chain"
)

// BenchmarkGather is row (d): create 100 children, gather them, fire them all;
// and the same with few.
func BenchmarkGather(b *testing.B) {
	for _, n := range []int{2, 10, 100} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			ds := make([]*child, n)
			gather := func(ds []*child) { chain.Gather(ds) }
			b.ReportAllocs()
			for b.Loop() {
				round(ds, gather)
			}
		})
	}
}

// BenchmarkChildren is what gathering cannot go below: create 100 children and
// fire them, without a list. Compare with it in the same run.
func BenchmarkChildren(b *testing.B) {
	ds := make([]*child, 100)
	b.ReportAllocs()
	for b.Loop() {
		round(ds, func([]*child) {})
	}
}

// BenchmarkRace is two children of which one wins.
func BenchmarkRace(b *testing.B) {
	ds := make([]*child, 2)
	race := func(ds []*child) { chain.Race(ds) }
	b.ReportAllocs()
	for b.Loop() {
		round(ds, race)
	}
}
