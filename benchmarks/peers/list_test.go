package peers_test

import (
	"fmt"
	"testing"

	"github.com/spindle-go/spindle/benchmarks/internal/row"
)

func BenchmarkList(b *testing.B)   { row.Bench(b, listRows()) }
func BenchmarkGather(b *testing.B) { row.Bench(b, gatherRows()) }
func BenchmarkRace(b *testing.B)   { row.Bench(b, raceRows()) }

func TestList(t *testing.T)   { row.Test(t, listRows()) }
func TestGather(t *testing.T) { row.Test(t, gatherRows()) }
func TestRace(t *testing.T)   { row.Test(t, raceRows()) }

// listRows wait for all results, whatever they are.
func listRows() []row.Row {
	return sized(func(size int) row.Row {
		return row.Row{Want: sumBelow(size), Contenders: []row.Contender{
			row.Fixed("conc", func(n int) int { return concOutcomes(n, size) }),
		}}
	})
}

// gatherRows wait for all values.
func gatherRows() []row.Row {
	return sized(func(size int) row.Row {
		return row.Row{Want: sumBelow(size), Contenders: []row.Contender{
			row.Fixed("go-promise", func(n int) int { return promiseAll(n, size) }),
			row.Fixed("conc", func(n int) int { return concWaits(n, size) }),
			{Name: "ants", Start: func(s row.Setup) row.Run { return antsWaits(s, size) }},
		}}
	})
}

// raceRows fire the one in the middle, which ends all the others.
func raceRows() []row.Row {
	return sized(func(size int) row.Row {
		return row.Row{Want: size / 2, Contenders: []row.Contender{
			row.Fixed("conc", func(n int) int { return concRaces(n, size) }),
		}}
	})
}

// sized returns a row for each size.
func sized(of func(size int) row.Row) []row.Row {
	var rows []row.Row
	for _, size := range []int{10, 100, 1000, 10_000, 100_000} {
		r := of(size)
		r.Name, r.Size = fmt.Sprintf("n=%d", size), size
		rows = append(rows, r)
	}
	return rows
}
