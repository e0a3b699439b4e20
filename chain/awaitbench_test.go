package chain_test

import (
	"testing"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
)

// The rows of this file belong together: an Await is told as a ratio to a hand-over
// between goroutines through channels, measured in the same run.

func BenchmarkChannelRoundTrip(b *testing.B) {
	there, back := make(chan int, 1), make(chan int, 1)
	go func() {
		defer close(back)
		for v := range there {
			back <- v
		}
	}()
	for b.Loop() {
		there <- 1
		<-back
	}
	close(there)
	for range back {
	}
}

// BenchmarkAwaitFired makes each Deferred as well.
func BenchmarkAwaitFired(b *testing.B) {
	b.ReportAllocs()
	chain.Async(func(co *chain.Co) (int, error) {
		for b.Loop() {
			if _, err := chain.Await(co, deferred.Succeed(1)); err != nil {
				return 0, err
			}
		}
		return 0, nil
	})
}

// BenchmarkAwaitPending waits for Deferreds that are made beforehand, many at a time,
// and fires each.
func BenchmarkAwaitPending(b *testing.B) {
	b.ReportAllocs()
	ds := make([]deferred.Deferred[int], 1024)
	next := 0
	out := chain.Async(func(co *chain.Co) (sum int, err error) {
		for {
			v, err := chain.Await(co, &ds[next])
			if sum += v; err != nil || v < 0 {
				return sum, err
			}
		}
	})
	for b.Loop() {
		d := &ds[next]
		next = (next + 1) % len(ds)
		_ = d.Callback(1) // and the next one is awaited
		switch next {
		case 0:
			clear(ds[1:])
		case 1:
			clear(ds[:1])
		}
	}
	if out.Called() {
		b.Fatal("the coroutine has ended too early")
	}
	_ = ds[next].Callback(-1)
}

// BenchmarkAsync begins a coroutine that has nothing to wait for.
func BenchmarkAsync(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		chain.Async(func(*chain.Co) (int, error) { return 1, nil })
	}
}
