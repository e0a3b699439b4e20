//go:build unix

package rows_test

import (
	"container/heap"
	"context"
	"math"
	"sync/atomic"
	"time"

	"github.com/spindle-go/spindle/benchmarks/internal/row"
	"github.com/spindle-go/spindle/timeout"
)

// fireDelayed sets all of them in one turn of the loop, which then runs until the last
// one has fired.
func fireDelayed(s row.Setup, size int) row.Run {
	r := idle(s)
	delays := soon(size)
	return func(n int) int {
		fired, rounds := 0, 0
		var set func()
		fire := func() {
			if fired++; fired < size {
				return
			}
			if rounds++; rounds < n {
				r.CallWhenRunning(set)
			} else {
				_ = r.Stop()
			}
		}
		set = func() {
			fired = 0
			for _, d := range delays {
				r.CallLater(d, fire)
			}
		}
		r.CallWhenRunning(set)
		if err := r.Run(context.Background()); err != nil {
			return -1
		}
		return fired
	}
}

// fireAfterFunc has a goroutine of its own run each, as time.AfterFunc does.
func fireAfterFunc(size int) row.Run {
	delays := soon(size)
	return func(n int) int {
		var fired atomic.Int64
		last := make(chan struct{}, 1)
		fire := func() {
			if fired.Add(1) == int64(size) {
				last <- struct{}{}
			}
		}
		for range n {
			fired.Store(0)
			for _, d := range delays {
				time.AfterFunc(d, fire)
			}
			<-last
		}
		return int(fired.Load())
	}
}

func fireQueued(size int) row.Run {
	delays := between(time.Millisecond, time.Minute, size)
	return func(n int) int {
		fired := 0
		fire := func() { fired++ }
		for range n {
			fired = 0
			q := timeout.NewQueue(time.Time{}, stands)
			for _, d := range delays {
				q.Add(d, fire)
			}
			for {
				f, _, ok := q.Pop(math.MaxInt64, math.MaxUint64)
				if !ok {
					break
				}
				f()
			}
		}
		return fired
	}
}

func fireHeaped(size int) row.Run {
	delays := between(time.Millisecond, time.Minute, size)
	return func(n int) int {
		fired := 0
		fire := func() { fired++ }
		for range n {
			fired = 0
			h := &timerHeap{}
			for _, d := range delays {
				h.add(d, fire)
			}
			for h.Len() > 0 {
				heap.Pop(h).(*heapTimer).f()
			}
		}
		return fired
	}
}
