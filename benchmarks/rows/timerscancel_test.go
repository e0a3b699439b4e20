//go:build unix

package rows_test

import (
	"time"

	"github.com/spindle-go/spindle/benchmarks/internal/row"
	"github.com/spindle-go/spindle/timeout"
)

func cancelDelayed(s row.Setup, others int) row.Run {
	r := idle(s)
	for _, d := range between(time.Hour, 2*time.Hour, others) {
		r.CallLater(d, nothing)
	}
	delays := farAway()
	return func(n int) int {
		cancelled := 0
		for i := range n {
			if r.CallLater(around(delays, i), nothing).Cancel() == nil {
				cancelled++
			}
		}
		return cancelled / n
	}
}

func cancelAfterFunc(s row.Setup, others int) row.Run {
	set := make([]*time.Timer, others)
	for i, d := range between(time.Hour, 2*time.Hour, others) {
		set[i] = time.AfterFunc(d, nothing)
	}
	s.Cleanup(func() {
		for _, t := range set {
			t.Stop()
		}
	})
	delays := farAway()
	return func(n int) int {
		cancelled := 0
		for i := range n {
			if time.AfterFunc(around(delays, i), nothing).Stop() {
				cancelled++
			}
		}
		return cancelled / n
	}
}

func cancelQueued(others int) row.Run {
	q := timeout.NewQueue(time.Time{}, stands)
	for _, d := range between(time.Hour, 2*time.Hour, others) {
		q.Add(d, nothing)
	}
	delays := farAway()
	return func(n int) int {
		cancelled := 0
		for i := range n {
			if q.Add(around(delays, i), nothing).Cancel() == nil {
				cancelled++
			}
		}
		return cancelled / n
	}
}

func cancelHeaped(others int) row.Run {
	h := &timerHeap{}
	for _, d := range between(time.Hour, 2*time.Hour, others) {
		h.add(d, nothing)
	}
	delays := farAway()
	return func(n int) int {
		cancelled := 0
		for i := range n {
			if h.remove(h.add(around(delays, i), nothing)) {
				cancelled++
			}
		}
		return cancelled / n
	}
}
