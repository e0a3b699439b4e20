package rows_test

import (
	"testing"

	"github.com/spindle-go/spindle/benchmarks/internal/row"
)

func BenchmarkGather(b *testing.B) { row.Bench(b, gatherRows()) }
func TestGather(t *testing.T)      { row.Test(t, gatherRows()) }

// gatherRows wait for all values: create so many, gather them, fire.
func gatherRows() []row.Row {
	return sized(listSizes, func(size int) row.Row {
		return row.Row{Want: sumBelow(size), Contenders: []row.Contender{
			{Name: "spindle", Start: func(row.Setup) row.Run { return gathers(size) }},
			row.Fixed("waitgroup", func(n int) int { return waits(n, size) }),
		}}
	})
}
