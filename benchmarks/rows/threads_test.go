//go:build unix

package rows_test

import (
	"context"
	"testing"

	"github.com/spindle-go/spindle/benchmarks/internal/row"
	"github.com/spindle-go/spindle/threads"
)

func BenchmarkThreads(b *testing.B) { row.Bench(b, threadsRows()) }
func TestThreads(t *testing.T)      { row.Test(t, threadsRows()) }

// threadsRows have another goroutine do something and go on with the answer, one at a
// time.
func threadsRows() []row.Row {
	return []row.Row{{Name: "round-trip", Want: 1, Contenders: []row.Contender{
		{Name: "spindle", Start: deferToThread},
		row.Fixed("channel", workerRoundTrips),
	}}}
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
