//go:build unix

package reactor_test

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/spindle-go/spindle/reactor"
	"github.com/spindle-go/spindle/threads"
)

// benchReactor runs a reactor on a goroutine of its own until the benchmark ends.
func benchReactor(b *testing.B, opts ...reactor.Option) *reactor.Reactor {
	b.Helper()
	r := newReactor(b, opts...)
	up, ended := make(chan struct{}), make(chan error, 1)
	r.CallWhenRunning(func() { close(up) })
	go func() { ended <- r.Run(background) }()
	<-up
	b.Cleanup(func() {
		if err := r.Stop(); err != nil {
			b.Error(err)
		}
		if err := <-ended; err != nil {
			b.Error(err)
		}
	})
	return r
}

// burst is how many calls a producer gives before it waits for the last of them:
// without a bound the producers run ahead, and what is measured is how fast a slice
// grows.
const burst = 512

// produce has so many goroutines give b.N calls, all told.
func produce(b *testing.B, producers int, give func(f func())) {
	ran := 0
	count := func() { ran++ }
	b.ReportAllocs()
	b.ResetTimer()
	var all sync.WaitGroup
	for p := range producers {
		all.Go(func() {
			through := make(chan struct{}, 1)
			last := func() { ran++; through <- struct{}{} }
			for left := share(b.N, producers, p); left > 0; left -= burst {
				for range min(left, burst) - 1 {
					give(count)
				}
				give(last)
				<-through
			}
		})
	}
	all.Wait()
	b.StopTimer()
	if ran != b.N {
		b.Fatalf("%d of %d calls ran", ran, b.N)
	}
}

// BenchmarkCallFromThread is one way.
func BenchmarkCallFromThread(b *testing.B) {
	for _, producers := range []int{1, 8} {
		b.Run(fmt.Sprintf("producers=%d", producers), func(b *testing.B) {
			r := benchReactor(b)
			produce(b, producers, func(f func()) { _ = r.CallFromThread(f) })
		})
	}
}

// BenchmarkChannel is the yardstick for the above: a goroutine that is sent what to
// call.
func BenchmarkChannel(b *testing.B) {
	for _, producers := range []int{1, 8} {
		b.Run(fmt.Sprintf("producers=%d", producers), func(b *testing.B) {
			calls := make(chan func(), 1024)
			defer close(calls)
			go func() {
				for f := range calls {
					f()
				}
			}()
			produce(b, producers, func(f func()) { calls <- f })
		})
	}
}

// share is what part of n falls to the p-th of so many.
func share(n, producers, p int) int {
	if p == 0 {
		return n/producers + n%producers
	}
	return n / producers
}

// BenchmarkDeferToThread is from the loop to a worker and back, one under way.
func BenchmarkDeferToThread(b *testing.B) {
	for _, kind := range pollers(b) {
		b.Run(kind.String(), func(b *testing.B) {
			r := benchReactor(b, reactor.WithPoller(kind))
			done := make(chan struct{})
			job := func(context.Context) (int, error) { return 1, nil }
			left := b.N
			var step func(int) (int, error)
			step = func(v int) (int, error) {
				if left--; left < 0 {
					close(done)
					return v, nil
				}
				threads.DeferToThread(r, job).AddCallback(step)
				return v, nil
			}
			b.ReportAllocs()
			b.ResetTimer()
			_ = r.CallFromThread(func() { _, _ = step(0) })
			<-done
		})
	}
}

// BenchmarkChannelRoundTrip is the yardstick for the above: a function handed to a
// goroutine through a buffered channel, and an answer through another.
func BenchmarkChannelRoundTrip(b *testing.B) {
	jobs, answers := make(chan func() int, 1), make(chan int, 1)
	go func() {
		for f := range jobs {
			answers <- f()
		}
	}()
	defer close(jobs)
	job := func() int { return 1 }
	b.ReportAllocs()
	for b.Loop() {
		jobs <- job
		<-answers
	}
}

// BenchmarkWakeUp is a call to a loop that has gone to sleep. What counts is
// ns/wake, from the call to where it runs; writes/op says how often the loop really
// slept.
func BenchmarkWakeUp(b *testing.B) {
	const lull = 50 * time.Microsecond // in which the loop goes to sleep
	for _, kind := range pollers(b) {
		b.Run(kind.String(), func(b *testing.B) {
			r := benchReactor(b, reactor.WithPoller(kind))
			awake := make(chan time.Time, 1)
			f := func() { awake <- time.Now() }
			var took time.Duration
			for b.Loop() {
				for began := time.Now(); time.Since(began) < lull; {
					runtime.Gosched()
				}
				given := time.Now()
				_ = r.CallFromThread(f)
				took += (<-awake).Sub(given)
			}
			var s reactor.Stats
			_ = r.CallFromThread(func() { s = r.Stats(); f() })
			<-awake
			b.ReportMetric(float64(took.Nanoseconds())/float64(b.N), "ns/wake")
			b.ReportMetric(float64(s.Wakeups)/float64(b.N), "writes/op")
		})
	}
}

// BenchmarkAnswer is a call to a loop and its answer, one under way.
func BenchmarkAnswer(b *testing.B) {
	for _, kind := range pollers(b) {
		b.Run(kind.String(), func(b *testing.B) {
			r := benchReactor(b, reactor.WithPoller(kind))
			answers := make(chan struct{}, 1)
			f := func() { answers <- struct{}{} }
			b.ReportAllocs()
			for b.Loop() {
				_ = r.CallFromThread(f)
				<-answers
			}
		})
	}
}

// BenchmarkCallLater makes and runs delayed calls, some at a time.
func BenchmarkCallLater(b *testing.B) {
	for _, pending := range []int{1, 1000} {
		b.Run(fmt.Sprintf("pending=%d", pending), func(b *testing.B) {
			r := newReactor(b)
			left := b.N
			var fire func()
			fire = func() {
				if left--; left > 0 {
					r.CallLater(0, fire)
				} else if left == 0 {
					_ = r.Stop()
				}
			}
			for i := range pending {
				if i == 0 {
					r.CallLater(0, fire)
					continue
				}
				r.CallLater(time.Hour, nothing)
			}
			b.ReportAllocs()
			b.ResetTimer()
			if err := r.Run(background); err != nil {
				b.Fatal(err)
			}
		})
	}
}
