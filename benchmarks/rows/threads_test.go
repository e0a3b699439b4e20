//go:build unix

package rows_test

import (
	"context"
	"runtime"
	"testing"
	"time"

	"github.com/spindle-go/spindle/benchmarks/internal/row"
	"github.com/spindle-go/spindle/threads"
)

func BenchmarkThreads(b *testing.B) { row.Bench(b, threadsRows()) }
func TestThreads(t *testing.T)      { row.Test(t, threadsRows()) }

// threadsRows have another goroutine do something and go on with the answer, one at a
// time. In round-trip it is a worker that does something for the loop. In wake it is
// the loop, which sleeps before.
func threadsRows() []row.Row {
	return []row.Row{
		{Name: "round-trip", Want: 1, Contenders: []row.Contender{
			{Name: "spindle", Start: deferToThread},
			row.Fixed("channel", workerRoundTrips),
		}},
		{Name: "wake", Want: 1, Contenders: []row.Contender{
			{Name: "spindle", Start: wakeLoop},
			{Name: "channel", Start: wakeGoroutine},
		}},
	}
}

// deferToThread goes from the loop to a worker of its pool and back.
func deferToThread(s row.Setup) row.Run {
	r := running(s)
	job := func(context.Context) (int, error) { return 1, nil }
	return func(n int) int {
		done := make(chan int)
		var step func(int) (int, error)
		step = func(v int) (int, error) {
			if n--; n < 0 {
				done <- v
				return v, nil
			}
			threads.DeferToThread(r, job).AddCallback(step)
			return v, nil
		}
		_ = r.CallFromThread(func() { _, _ = step(0) })
		return <-done
	}
}

// workerRoundTrips hands a function to a goroutine, which sends the answer.
func workerRoundTrips(n int) int {
	jobs, answers := make(chan func() int, 1), make(chan int, 1)
	go func() {
		defer close(answers)
		for f := range jobs {
			answers <- f()
		}
	}()
	job := func() int { return 1 }
	v := 0
	for range n {
		jobs <- job
		v = <-answers
	}
	close(jobs)
	<-answers
	return v
}

// dozes is how often a loop with nothing to do is let run until it sleeps: it lets
// others run eight times, and then blocks.
const dozes = 9

// wakeLoop lets the loop fall asleep and wakes it by a function. What counts is the
// time from the call until that runs.
func wakeLoop(s row.Setup) row.Run {
	r := running(s)
	awake, count := make(chan uint64, 1), make(chan uint64, 1)
	wakeups := func() uint64 {
		_ = r.CallFromThread(func() { count <- r.Stats().Wakeups })
		return <-count
	}
	var began time.Time
	var took time.Duration // both the loop's while it is to answer
	answer := func() {
		took += time.Since(began)
		awake <- 1
	}
	all, slept := 0, uint64(0) // of all Runs, since one is but a slice
	return func(n int) int {
		before, v := wakeups(), uint64(0)
		took = 0
		for range n {
			for range dozes {
				runtime.Gosched()
			}
			began = time.Now()
			_ = r.CallFromThread(answer)
			v = <-awake
		}
		s.Took(took)
		// Where the loop runs on another processor it may be late once in a while.
		all, slept = all+n, slept+wakeups()-before
		if all >= 1000 && slept < uint64(all)/2 {
			return -1 // it did not sleep, and something else was measured
		}
		return int(v)
	}
}

// wakeGoroutine wakes a goroutine that waits for a channel, and counts the same.
func wakeGoroutine(s row.Setup) row.Run {
	calls, awake := make(chan func(), 1), make(chan int, 1)
	s.Cleanup(func() { close(calls) })
	go func() {
		for f := range calls {
			f()
		}
	}()
	var began time.Time
	var took time.Duration
	answer := func() {
		took += time.Since(began)
		awake <- 1
	}
	return func(n int) int {
		v := 0
		took = 0
		for range n {
			for range dozes {
				runtime.Gosched()
			}
			began = time.Now()
			calls <- answer
			v = <-awake
		}
		s.Took(took)
		return v
	}
}
