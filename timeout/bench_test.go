package timeout_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/spindle-go/spindle/timeout"
)

// timers is the number of calls that the mass benchmarks set: enough that the
// heap does not fit into the caches.
const timers = 1_000_000

// BenchmarkSetAndCancel sets a million calls between 1 ms and 60 s and cancels
// them all. One operation is one call.
func BenchmarkSetAndCancel(b *testing.B) {
	delays := randomDelays(timers)
	calls := make([]*timeout.DelayedCall, timers)
	for done := 0; done < b.N; done += timers {
		q := benchQueue()
		batch := min(timers, b.N-done)
		for i := range batch {
			calls[i] = q.Add(delays[i], nothing)
		}
		for i := range batch {
			if err := calls[i].Cancel(); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkSetAndCancelBeside100000 sets and cancels one call beside 100 000
// others.
func BenchmarkSetAndCancelBeside100000(b *testing.B) {
	const others = 100_000
	q := benchQueue()
	for _, d := range randomDelays(others) {
		q.Add(d, nothing)
	}
	delays := randomDelays(1 << 10)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if err := q.Add(delays[i%len(delays)], nothing).Cancel(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkResetBeside100000 moves one call beside 100 000 others, as an idle
// timeout does.
func BenchmarkResetBeside100000(b *testing.B) {
	const others = 100_000
	q := benchQueue()
	for _, d := range randomDelays(others) {
		q.Add(d, nothing)
	}
	c := q.Add(time.Minute, nothing)
	delays := randomDelays(1 << 10)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if err := c.Reset(delays[i%len(delays)]); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSetAndFire sets a million calls between 1 ms and 60 s and runs them
// all. One operation is one call.
func BenchmarkSetAndFire(b *testing.B) {
	delays := randomDelays(timers)
	for done := 0; done < b.N; done += timers {
		q := benchQueue()
		batch := min(timers, b.N-done)
		for i := range batch {
			q.Add(delays[i], nothing)
		}
		for range batch {
			f, _, ok := q.Pop(math.MaxInt64, math.MaxUint64)
			if !ok {
				b.Fatal("the queue ran empty")
			}
			f()
		}
	}
}

// benchQueue is a queue on a clock that stands still, so that the clock's own
// price is left out.
func benchQueue() *timeout.Queue {
	return timeout.NewQueue(time.Time{}, func() time.Duration { return 0 })
}

// randomDelays are n delays between 1 ms and 60 s, the same in every run.
func randomDelays(n int) []time.Duration {
	random := rand.New(rand.NewPCG(1, 2))
	delays := make([]time.Duration, n)
	for i := range delays {
		delays[i] = time.Millisecond + time.Duration(random.Int64N(int64(time.Minute)))
	}
	return delays
}

func nothing() {}
