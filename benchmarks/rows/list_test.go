package rows_test

import (
	"sync"
	"testing"

	"github.com/spindle-go/spindle/benchmarks/internal/row"
	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
)

func BenchmarkList(b *testing.B) { row.Bench(b, listRows()) }
func TestList(t *testing.T)      { row.Test(t, listRows()) }

// listSizes are those of list, gather and race.
var listSizes = []int{10, 100, 1000, 10_000, 100_000}

// listRows wait for all results, whatever they are: create so many, list them, fire.
func listRows() []row.Row {
	return sized(listSizes, func(size int) row.Row {
		return row.Row{Want: sumBelow(size), Contenders: []row.Contender{
			row.Fixed("spindle", func(n int) int { return lists(n, size) }),
			row.Fixed("waitgroup", func(n int) int { return waitsForOutcomes(n, size) }),
		}}
	})
}

// lists creates so many Deferreds, has a DeferredList of them and fires all.
func lists(n, count int) int {
	ds := make([]*deferred.Deferred[int], count)
	var out *deferred.Deferred[[]chain.Result[int]]
	for range n {
		for i := range ds {
			ds[i] = deferred.New[int]()
		}
		out = chain.DeferredList(ds)
		for i, d := range ds {
			_ = d.Callback(i)
		}
	}
	results, _, _ := out.Poll()
	total := 0
	for _, r := range results {
		total += r.Value
	}
	return total
}

// waitsForOutcomes starts a goroutine for each result and waits for all of them.
func waitsForOutcomes(n, count int) int {
	var results []outcome
	for range n {
		results = make([]outcome, count)
		var all sync.WaitGroup
		for i := range results {
			all.Go(func() { results[i] = outcome{value: i} })
		}
		all.Wait()
	}
	total := 0
	for _, r := range results {
		total += r.value
	}
	return total
}
