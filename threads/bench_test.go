package threads_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/threads"
)

// The yardstick: a function handed to a goroutine through a buffered channel,
// and an answer through another.
func BenchmarkChannelRoundTrip(b *testing.B) {
	jobs, answers := make(chan func(), 1), make(chan struct{}, 1)
	go func() {
		for f := range jobs {
			f()
		}
	}()
	defer close(jobs)
	f := func() { answers <- struct{}{} }
	b.ReportAllocs()
	for b.Loop() {
		jobs <- f
		<-answers
	}
}

// The yardstick for many at a time: n functions under way.
func BenchmarkChannelInFlight(b *testing.B) {
	const n = 64
	jobs, answers := make(chan func(), n), make(chan struct{}, n)
	for range 2 {
		go func() {
			for f := range jobs {
				f()
			}
		}()
	}
	defer close(jobs)
	f := func() { answers <- struct{}{} }
	for range n {
		jobs <- f
	}
	b.ReportAllocs()
	for b.Loop() {
		<-answers
		jobs <- f
	}
	for range n {
		<-answers
	}
}

func BenchmarkSubmitRoundTrip(b *testing.B) {
	for _, min := range []int{0, 1} {
		b.Run(fmt.Sprintf("min=%d", min), func(b *testing.B) {
			p := benchPool(b, min, 1)
			answers := make(chan struct{}, 1)
			f := func() { answers <- struct{}{} }
			b.ReportAllocs()
			for b.Loop() {
				if err := p.Submit(f); err != nil {
					b.Fatal(err)
				}
				<-answers
			}
		})
	}
}

// To the pool and back to a loop that is the benchmark itself.
func BenchmarkDeferToPool(b *testing.B) {
	for _, n := range []int{1, 64} {
		b.Run(fmt.Sprintf("inflight=%d", n), func(b *testing.B) {
			p := benchPool(b, 0, 2)
			calls := make(inbox, n)
			job := func(context.Context) (int, error) { return 1, nil }
			sum := 0
			callback := func(v int) (int, error) { sum += v; return v, nil }
			for range n {
				threads.DeferToPool(calls, p, job).AddCallback(callback)
			}
			b.ReportAllocs()
			for b.Loop() {
				(<-calls)()
				threads.DeferToPool(calls, p, job).AddCallback(callback)
			}
			for range n {
				(<-calls)()
			}
		})
	}
}

func BenchmarkCancelQueued(b *testing.B) {
	p := threads.NewPool(0, 1) // not started, so everything is queued
	calls := make(inbox, 1)
	job := func(context.Context) (int, error) { return 1, nil }
	b.ReportAllocs()
	for b.Loop() {
		threads.DeferToPool(calls, p, job).Catch(ignore).Cancel()
	}
}

func benchPool(b *testing.B, min, max int) *threads.Pool {
	b.Helper()
	p := threads.NewPool(min, max)
	if err := p.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := p.Stop(context.Background()); err != nil {
			b.Error(err)
		}
	})
	return p
}

func ignore(*failure.Failure) {}
