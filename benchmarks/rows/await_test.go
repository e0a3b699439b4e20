package rows_test

import (
	"testing"

	"github.com/spindle-go/spindle/benchmarks/internal/row"
	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
)

func BenchmarkAwait(b *testing.B) { row.Bench(b, awaitRows()) }
func TestAwait(t *testing.T)      { row.Test(t, awaitRows()) }

// awaitRows are about coroutines: there and back by a hand-over, no hand-over where
// the result is there already, and what it costs to have one.
func awaitRows() []row.Row {
	return []row.Row{
		{Name: "pending", Want: 2, Contenders: []row.Contender{
			row.Fixed("spindle", awaitPending),
			row.Fixed("channel", channelRoundTrips),
		}},
		{Name: "fired", Want: 2, Contenders: []row.Contender{
			row.Fixed("spindle", awaitFired),
			row.Fixed("channel", receiveReady),
		}},
		{Name: "create", Want: 2, Contenders: []row.Contender{
			row.Fixed("spindle", createCoroutines),
			row.Fixed("goroutine", createGoroutines),
		}},
	}
}

// awaitPending waits for Deferreds and fires each. They are made beforehand, many at a
// time, since the channels of the other contender are there as well.
func awaitPending(n int) int {
	ds := make([]deferred.Deferred[int], 1024)
	next, last := 0, 0
	out := chain.Async(func(co *chain.Co) (int, error) {
		for {
			v, err := chain.Await(co, &ds[next])
			if err != nil || v < 0 {
				return last, err
			}
			last = v
		}
	})
	for range n {
		d := &ds[next]
		next = (next + 1) % len(ds)
		_ = d.Callback(2) // and the next one is awaited
		switch next {
		case 0:
			clear(ds[1:])
		case 1:
			clear(ds[:1])
		}
	}
	_ = ds[next].Callback(-1)
	return valueOf(out)
}

// channelRoundTrips hands a value to another goroutine, which hands it back.
func channelRoundTrips(n int) int {
	there, back := make(chan int, 1), make(chan int, 1)
	go func() {
		defer close(back)
		for v := range there {
			back <- v
		}
	}()
	v := 0
	for range n {
		there <- 2
		v = <-back
	}
	close(there)
	<-back
	return v
}

// awaitFired makes each Deferred as well.
func awaitFired(n int) int {
	return valueOf(chain.Async(func(co *chain.Co) (v int, err error) {
		for range n {
			if v, err = chain.Await(co, deferred.Succeed(2)); err != nil {
				return 0, err
			}
		}
		return v, nil
	}))
}

// receiveReady makes a channel, with the value in it, and receives that.
func receiveReady(n int) int {
	v := 0
	for range n {
		c := make(chan int, 1)
		sent = c
		c <- 2
		v = <-c
	}
	return v
}

// createCoroutines begins coroutines that have nothing to wait for.
func createCoroutines(n int) int {
	var d *deferred.Deferred[int]
	for range n {
		d = chain.Async(func(*chain.Co) (int, error) { return 2, nil })
	}
	return valueOf(d)
}

// createGoroutines does the same with goroutines and takes what they send.
func createGoroutines(n int) int {
	v := 0
	for range n {
		c := make(chan int, 1)
		go func() { c <- 2 }()
		v = <-c
	}
	return v
}
