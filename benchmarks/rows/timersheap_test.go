package rows_test

import (
	"container/heap"
	"time"
)

// heapTimer is a timer in a heap of container/heap, which knows its place, so that it
// can be taken out.
type heapTimer struct {
	when time.Duration
	seq  uint64
	at   int
	f    func()
}

// timerHeap is in the order of deadlines, and of setting where these are equal.
type timerHeap struct {
	timers []*heapTimer
	seq    uint64
}

func (h *timerHeap) Len() int { return len(h.timers) }

func (h *timerHeap) Less(i, j int) bool {
	a, b := h.timers[i], h.timers[j]
	return a.when < b.when || a.when == b.when && a.seq < b.seq
}

func (h *timerHeap) Swap(i, j int) {
	h.timers[i], h.timers[j] = h.timers[j], h.timers[i]
	h.timers[i].at, h.timers[j].at = i, j
}

func (h *timerHeap) Push(x any) {
	t := x.(*heapTimer)
	t.at = len(h.timers)
	h.timers = append(h.timers, t)
}

func (h *timerHeap) Pop() any {
	last := len(h.timers) - 1
	t := h.timers[last]
	h.timers[last] = nil
	h.timers = h.timers[:last]
	t.at = -1
	return t
}

func (h *timerHeap) add(d time.Duration, f func()) *heapTimer {
	h.seq++
	t := &heapTimer{when: d, seq: h.seq, f: f}
	heap.Push(h, t)
	return t
}

// remove reports whether t was still there.
func (h *timerHeap) remove(t *heapTimer) bool {
	if t.at < 0 {
		return false
	}
	heap.Remove(h, t.at)
	return true
}
