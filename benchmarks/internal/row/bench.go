package row

import (
	"math"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"
)

// slice is about how long a part of a benchmark takes that counts by itself: the
// collector has its turn in it several times, and a machine whose other guests keep
// still for a moment does so as long.
const slice = 10 * time.Millisecond

// turn is about how long a goroutine works in a row in turns before it gives way.
const turn = 50 * time.Microsecond

// Bench measures every contender of rows: ns/op is the whole operation of the row,
// best-ns/op the same in the best slice of some 10 ms, and allocs/op is always
// reported. A wrong result fails the benchmark.
func Bench(b *testing.B, rows []Row) {
	for _, r := range rows {
		b.Run(r.Name, func(b *testing.B) {
			for _, c := range r.Contenders {
				bench(b, r, c)
			}
		})
	}
}

// bench starts a contender when it is first wanted, so that one that -bench leaves
// out costs nothing, and once, however often the benchmark is called for a larger
// number of operations. What it started ends with it, before the next one begins.
func bench(b *testing.B, r Row, c Contender) {
	warm()
	s := &setup{}
	start := sync.OnceValue(func() Run { return c.Start(s) })
	b.Run(c.Name, func(b *testing.B) {
		s.TB = b // which a Fatal ends
		run := start()
		turns := r.InTurns && !c.AtOnce
		if turns {
			run = inTurns(run, r.Want, turnSize(s.each))
		}
		b.ReportAllocs()
		b.ResetTimer()
		took, best := s.slices(b, run, r.Want)
		b.StopTimer()
		switch {
		case s.took > 0 && turns:
			b.Fatal("a row in turns with a Run that says what it took")
		case s.took > 0:
			b.ReportMetric(float64(took.Nanoseconds())/float64(b.N), "ns/op")
		}
		b.ReportMetric(best, "best-ns/op")
	})
	s.TB = b
	s.end()
}

// warm grows the heap of the process to what one that has run for a while has.
// Otherwise the contender that comes first would pay for the pages that the kernel
// gives the process, and those after it would not.
var warm = sync.OnceFunc(func() {
	pages := make([][]byte, 1<<14)
	for i := range pages {
		pages[i] = make([]byte, os.Getpagesize())
		pages[i][0] = 1 // until it is written to it is not there
	}
	runtime.KeepAlive(pages)
})

// setup is a Setup for one contender of a benchmark, which outlives the calls with
// ever larger numbers of operations.
type setup struct {
	testing.TB
	ends []func()
	took time.Duration // what the Run said of itself, or 0
	each float64       // nanoseconds of an operation, as far as is known, or 0
}

// slices makes b.N operations in slices, and returns how long they took, and the
// nanoseconds of one in the best slice.
func (s *setup) slices(b *testing.B, run Run, want int) (took time.Duration, best float64) {
	size := b.N
	if s.each > 0 {
		size = max(1, int(float64(slice)/s.each))
	}
	best = math.Inf(1)
	for left := b.N; left > 0; {
		n := size
		if left < 2*size {
			n = left // the last one is not a small one
		}
		left -= n
		s.took = 0
		began := time.Now()
		got := run(n)
		d := time.Since(began)
		if s.took > 0 {
			d = s.took
		}
		if got != want {
			b.Fatalf("the result is %d, want %d", got, want)
		}
		took += d
		best = min(best, float64(d.Nanoseconds())/float64(n))
	}
	s.each = float64(took.Nanoseconds()) / float64(b.N)
	return took, best
}

// turnSize is how many operations go into a turn, if one takes so many nanoseconds; 0 says
// that it is not known.
func turnSize(each float64) int {
	if each == 0 {
		return 1
	}
	return max(1, int(float64(turn)/each))
}

// inTurns returns a Run that makes its operations in calls of run, so many in each but
// the last, and gives way after each. Of the results it returns the first that is not
// want.
func inTurns(run Run, want, size int) Run {
	return func(n int) int {
		for left := n; left > 0; left -= size {
			if got := run(min(left, size)); got != want {
				return got
			}
			runtime.Gosched()
		}
		return want
	}
}

// Took keeps d for when the Run is over.
func (s *setup) Took(d time.Duration) { s.took = d }

// Cleanup keeps f for when the contender is through.
func (s *setup) Cleanup(f func()) { s.ends = append(s.ends, f) }

// end calls what was kept, the last one first, as testing does.
func (s *setup) end() {
	for i := len(s.ends) - 1; i >= 0; i-- {
		s.ends[i]()
	}
	s.ends = nil
}
