//go:build unix

package rows_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/spindle-go/spindle/benchmarks/internal/row"
)

func BenchmarkCalls(b *testing.B) { row.Bench(b, callsRows()) }
func TestCalls(t *testing.T)      { row.Test(t, callsRows()) }

// callsRows have goroutines hand functions to one that calls them. An operation is one
// function, one way. The result is how many of them did not run.
func callsRows() []row.Row {
	var rows []row.Row
	for _, producers := range []int{1, 2, 4, 8} {
		rows = append(rows, row.Row{Name: fmt.Sprintf("producers=%d", producers), Contenders: []row.Contender{
			{Name: "spindle", Start: func(s row.Setup) row.Run {
				r := running(s)
				return produced(producers, func(f func()) { _ = r.CallFromThread(f) })
			}},
			{Name: "channel", Start: func(s row.Setup) row.Run {
				calls := make(chan func(), 2*burst)
				s.Cleanup(func() { close(calls) })
				go func() {
					for f := range calls {
						f()
					}
				}()
				return produced(producers, func(f func()) { calls <- f })
			}},
		}})
	}
	return rows
}

// burst is how many calls a producer gives before it waits for the last of them:
// without a bound the producers run ahead, and what is measured is how fast a slice
// grows.
const burst = 512

// produced has so many goroutines give n calls, all told.
func produced(producers int, give func(f func())) row.Run {
	return func(n int) int {
		ran := 0
		count := func() { ran++ }
		var all sync.WaitGroup
		for p := range producers {
			all.Go(func() {
				through := make(chan struct{}, 1)
				last := func() { ran++; through <- struct{}{} }
				for left := share(n, producers, p); left > 0; left -= burst {
					for range min(left, burst) - 1 {
						give(count)
					}
					give(last)
					<-through
				}
			})
		}
		all.Wait()
		return n - ran
	}
}

// share is what part of n falls to the p-th of so many.
func share(n, producers, p int) int {
	if p == 0 {
		return n/producers + n%producers
	}
	return n / producers
}
