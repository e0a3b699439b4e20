package rows_test

import (
	"fmt"
	"testing"

	"github.com/spindle-go/spindle/benchmarks/internal/row"
)

func BenchmarkChain(b *testing.B) { row.Bench(b, chainRows()) }
func TestChain(t *testing.T)      { row.Test(t, chainRows()) }

// chainRows are ten to a million callbacks on one Deferred, which is fired then: what
// a callback costs must not depend on how many there are.
func chainRows() []row.Row {
	return sized([]int{10, 100, 1000, 10_000, 100_000, 1_000_000}, func(size int) row.Row {
		return row.Row{Want: size + 1, Contenders: []row.Contender{
			row.Fixed("spindle", func(n int) int { return callbacks(n, size) }),
			row.Fixed("floor", func(n int) int { return funcs(n, size) }),
		}}
	})
}

// sized returns a row for each size, with the size in its name.
func sized(sizes []int, of func(size int) row.Row) []row.Row {
	var rows []row.Row
	for _, size := range sizes {
		r := of(size)
		r.Size = size
		if r.Name != "" {
			r.Name += "/"
		}
		r.Name += fmt.Sprintf("n=%d", size)
		rows = append(rows, r)
	}
	return rows
}
