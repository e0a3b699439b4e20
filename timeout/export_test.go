package timeout

import (
	"fmt"
	"unsafe"
)

// CallSize is the size of a DelayedCall in bytes.
const CallSize = unsafe.Sizeof(DelayedCall{})

// EntrySize is what a pending call takes in its queue, in bytes.
const EntrySize = unsafe.Sizeof(entry{})

// Check says what is wrong with the queue: a heap out of order, a call that
// does not know its place, a slot that is free and holds a reference, or a
// slice that is too large for what it holds.
func (q *Queue) Check() error {
	entries := q.heap.entries
	for i := range entries {
		if err := q.checkEntry(i); err != nil {
			return err
		}
	}
	for i, e := range entries[len(entries):cap(entries)] {
		if e != (entry{}) {
			return fmt.Errorf("free slot %d holds a reference", len(entries)+i)
		}
	}
	if c := cap(entries); c > keepCap && len(entries) < c/4 {
		return fmt.Errorf("%d slots for %d calls", c, len(entries))
	}
	return nil
}

func (q *Queue) checkEntry(i int) error {
	e := &q.heap.entries[i]
	if i > 0 && e.before(&q.heap.entries[(i-1)/arity]) {
		return fmt.Errorf("entry %d is before its parent", i)
	}
	if e.call.place != place(i) || e.call.queue != q || e.call.f == nil {
		return fmt.Errorf("the call in entry %d has place %d, or another queue, or no function", i, e.call.place)
	}
	return nil
}

// Holds reports whether the call still refers to its function.
func (c *DelayedCall) Holds() bool { return c.f != nil }
