package deferred_test

import (
	"errors"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

func increment(v int) (int, error) { return v + 1, nil }

// BenchmarkOneCallback is row (a): create, one callback, fire.
func BenchmarkOneCallback(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		d := deferred.New[int]()
		d.AddCallback(increment)
		_ = d.Callback(1)
	}
}

// BenchmarkTenCallbacks is row (b): create, ten callbacks, fire.
func BenchmarkTenCallbacks(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		d := deferred.New[int]()
		for range 10 {
			d.AddCallback(increment)
		}
		_ = d.Callback(1)
	}
}

// BenchmarkThousandChained is row (c): 1000 steps that each answer an already
// fired Deferred.
func BenchmarkThousandChained(b *testing.B) {
	step := func(v int) (int, error) { return deferred.Succeed(v + 1).Chain() }
	b.ReportAllocs()
	for b.Loop() {
		d := deferred.New[int]()
		for range 1000 {
			d.AddCallback(step)
		}
		_ = d.Callback(1)
	}
}

// BenchmarkFailAndRecover is row (e): a failure and its errback.
func BenchmarkFailAndRecover(b *testing.B) {
	f := failure.New(errors.New("no"))
	recovered := func(*failure.Failure) (int, error) { return 0, nil }
	b.ReportAllocs()
	for b.Loop() {
		d := deferred.New[int]()
		d.AddErrback(recovered)
		_ = d.Errback(f)
	}
}

// BenchmarkThen is one type-changing step.
func BenchmarkThen(b *testing.B) {
	b.ReportAllocs()
	d := deferred.Succeed(1)
	for b.Loop() {
		d = deferred.Then(d, increment)
	}
}

// BenchmarkGoroutineAndChannel is row (a) as Go does it without a Deferred: a
// goroutine that sends the value, and a receiver that goes on with it. Compare
// with it in the same run.
func BenchmarkGoroutineAndChannel(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		c := make(chan int, 1)
		go func() { c <- 1 }()
		_, _ = increment(<-c)
	}
}
