//go:build unix

package rows_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/spindle-go/spindle/benchmarks/internal/row"
)

func BenchmarkTimers(b *testing.B) { row.Bench(b, timersRows()) }
func TestTimers(t *testing.T)      { row.Test(t, timersRows()) }

// timersRows set one timer beside so many others and cancel it, or set so many and
// have all of them fire.
func timersRows() []row.Row {
	cancel := sized([]int{0, 1000, 100_000, 1_000_000}, func(size int) row.Row {
		return row.Row{Name: "set-cancel", Want: 1, Contenders: []row.Contender{
			{Name: "spindle", Start: func(s row.Setup) row.Run { return cancelDelayed(s, size) }},
			{Name: "afterfunc", Start: func(s row.Setup) row.Run { return cancelAfterFunc(s, size) }},
			{Name: "queue", Start: func(row.Setup) row.Run { return cancelQueued(size) }},
			{Name: "heap", Start: func(row.Setup) row.Run { return cancelHeaped(size) }},
		}}
	})
	fire := sized([]int{1000, 100_000, 1_000_000}, func(size int) row.Row {
		return row.Row{Name: "set-fire", Want: size, Contenders: []row.Contender{
			{Name: "spindle", Start: func(s row.Setup) row.Run { return fireDelayed(s, size) }},
			{Name: "afterfunc", Start: func(row.Setup) row.Run { return fireAfterFunc(size) }},
			{Name: "queue", Start: func(row.Setup) row.Run { return fireQueued(size) }},
			{Name: "heap", Start: func(row.Setup) row.Run { return fireHeaped(size) }},
		}}
	})
	return append(cancel, fire...)
}

// between returns n random delays of at least low, the same in every run.
func between(low, high time.Duration, n int) []time.Duration {
	random := rand.New(rand.NewPCG(1, 2))
	delays := make([]time.Duration, n)
	for i := range delays {
		delays[i] = low + time.Duration(random.Int64N(int64(high-low)))
	}
	return delays
}

// farAway are delays that nobody lives to see, so that a timer with one of them stays.
// Their number is a power of two, see around.
func farAway() []time.Duration { return between(time.Hour, 2*time.Hour, 1<<10) }

// soon are delays that are over at about the time when all n have been set. It is
// setting and firing that is measured, not waiting.
func soon(n int) []time.Duration {
	return between(0, 50*time.Nanosecond*time.Duration(n), n)
}

// around returns the i-th of delays, over and over.
func around(delays []time.Duration, i int) time.Duration { return delays[i&(len(delays)-1)] }

func nothing() {}

// stands is the elapsed time of a clock that stands still.
func stands() time.Duration { return 0 }
