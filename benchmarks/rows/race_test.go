package rows_test

import (
	"sync"
	"testing"

	"github.com/spindle-go/spindle/benchmarks/internal/row"
	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
)

func BenchmarkRace(b *testing.B) { row.Bench(b, raceRows()) }
func TestRace(t *testing.T)      { row.Test(t, raceRows()) }

// raceRows create so many, race them, and fire the one in the middle, which ends all
// the others.
func raceRows() []row.Row {
	return sized(listSizes, func(size int) row.Row {
		return row.Row{Want: size / 2, Contenders: []row.Contender{
			row.Fixed("spindle", func(n int) int { return races(n, size) }),
			row.Fixed("waitgroup", func(n int) int { return raceGoroutines(n, size) }),
		}}
	})
}

// races has the winner's Race cancel the others.
func races(n, count int) int {
	ds := make([]*deferred.Deferred[int], count)
	var out *deferred.Deferred[chain.Winner[int]]
	for range n {
		for i := range ds {
			ds[i] = deferred.New[int]()
		}
		out = chain.Race(ds)
		_ = ds[count/2].Callback(count / 2)
	}
	winner, f, ready := out.Poll()
	if !ready || f != nil {
		return -1
	}
	return winner.Value
}

// raceGoroutines has a goroutine wait for each, or for the end of the race, which is
// over when all of them have ended: no goroutine is left behind.
func raceGoroutines(n, count int) int {
	v := 0
	children := make([]chan int, count)
	for range n {
		won, over := make(chan int, 1), make(chan struct{})
		var all sync.WaitGroup
		for i := range children {
			c := make(chan int, 1)
			children[i] = c
			all.Go(func() {
				select {
				case v := <-c:
					select {
					case won <- v:
					default:
					}
				case <-over:
				}
			})
		}
		children[count/2] <- count / 2
		v = <-won
		close(over)
		all.Wait()
	}
	return v
}
