package timeout

import "time"

const (
	// arity is the number of children of a node. Four lie in two cache lines,
	// and the tree is half as deep as with two.
	arity = 4

	// keepCap is the number of entries below which the slice is not made
	// smaller: 24 KiB.
	keepCap = 1024
)

// heap holds the pending calls, the earliest in front. Each entry carries its
// key, so that ordering never follows a pointer to read; each call carries its
// index, so that any entry can be moved or removed without a search. The zero
// value is an empty heap.
type heap struct {
	entries []entry
}

// entry is one pending call under the key that it is ordered by. seq is unique,
// so the order is total.
type entry struct {
	when time.Duration
	seq  uint64
	call *DelayedCall
}

// before reports whether e runs before o: the earlier deadline, among equal
// ones the call that was made first.
func (e *entry) before(o *entry) bool {
	return e.when < o.when || e.when == o.when && e.seq < o.seq
}

// push adds an entry.
func (h *heap) push(e entry) {
	h.entries = append(h.entries, e)
	h.up(len(h.entries)-1, e)
}

// remove takes out the entry at index i. The slot it frees holds no reference.
func (h *heap) remove(i int) {
	last := len(h.entries) - 1
	moved := h.entries[last]
	h.entries[last] = entry{}
	h.entries = h.entries[:last]
	if i != last {
		h.settle(i, moved)
	}
	h.shrink()
}

// rekey gives the entry at index i another deadline and moves it where it
// belongs.
func (h *heap) rekey(i int, when time.Duration) {
	e := h.entries[i]
	e.when = when
	h.settle(i, e)
}

// settle puts e into the heap by way of the free index i.
func (h *heap) settle(i int, e entry) {
	if i > 0 && e.before(&h.entries[(i-1)/arity]) {
		h.up(i, e)
		return
	}
	h.down(i, e)
}

// up moves the free index i towards the root until e may stand there.
func (h *heap) up(i int, e entry) {
	for i > 0 {
		parent := (i - 1) / arity
		if !e.before(&h.entries[parent]) {
			break
		}
		h.put(i, h.entries[parent])
		i = parent
	}
	h.put(i, e)
}

// down moves the free index i towards the leaves until e may stand there.
func (h *heap) down(i int, e entry) {
	for {
		first := arity*i + 1
		if first >= len(h.entries) {
			break
		}
		child := h.earliest(first)
		if e.before(&h.entries[child]) {
			break
		}
		h.put(i, h.entries[child])
		i = child
	}
	h.put(i, e)
}

// earliest is the index of the earliest among the siblings that begin at index
// first.
func (h *heap) earliest(first int) int {
	best := first
	for i := first + 1; i < min(first+arity, len(h.entries)); i++ {
		if h.entries[i].before(&h.entries[best]) {
			best = i
		}
	}
	return best
}

// put stores e at index i and tells its call so.
func (h *heap) put(i int, e entry) {
	h.entries[i] = e
	e.call.place = place(i)
}

// shrink gives back half of the slice when three quarters of it are free, so
// that a burst of calls does not keep its memory. A quarter must come or go
// before the size changes again: amortised, it costs nothing.
func (h *heap) shrink() {
	n := cap(h.entries)
	if n <= keepCap || len(h.entries) > n/4 {
		return
	}
	h.entries = append(make([]entry, 0, n/2), h.entries...)
}
