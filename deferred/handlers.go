package deferred

// handler is one step in the list of a Deferred. handle takes d's result,
// leaves another one, and returns nil; or it hands the result to another
// Deferred, which it returns for the runner to go on with; or it puts d into the
// waiting state. It is called by run alone, which catches its panics.
type handler[T any] interface {
	handle(d *Deferred[T]) (next node)
}

// handlers is the list of steps that are still to come, first in, first out.
// Two fit inside the Deferred, which serves most; the rest is in blocks, each
// filled once and then dropped, so that nothing is moved as the list grows.
type handlers[T any] struct {
	first, second handler[T] // these come before the blocks; second may be there without first
	last          *block[T]  // the newest block; its next is the oldest
}

const blockSize = 8

// block holds handlers that do not fit inside. Blocks form a ring, so one
// pointer reaches both ends.
type block[T any] struct {
	slots      [blockSize]handler[T]
	next       *block[T]
	start, end uint8 // slots[start:end] are still to run
}

// empty reports whether no handler is left.
func (hs *handlers[T]) empty() bool {
	return hs.first == nil && hs.second == nil && hs.last == nil
}

// push appends h.
func (hs *handlers[T]) push(h handler[T]) {
	switch {
	case hs.last != nil || hs.second != nil:
		hs.overflow(h)
	case hs.first == nil:
		hs.first = h
	default:
		hs.second = h
	}
}

// overflow appends h to the newest block, or to a new one.
func (hs *handlers[T]) overflow(h handler[T]) {
	b := hs.last
	switch {
	case b == nil:
		b = &block[T]{}
		b.next = b
		hs.last = b
	case b.end == blockSize:
		b = &block[T]{next: b.next}
		hs.last.next = b
		hs.last = b
	}
	b.slots[b.end] = h
	b.end++
}

// pushAlone appends h and leaves no room beside it, so that who looks for room
// comes to ask what else there is to do.
func (hs *handlers[T]) pushAlone(h handler[T]) {
	if hs.first == nil && hs.second == nil || hs.last == nil && hs.second == nil {
		hs.push(h)
		return
	}
	b := &block[T]{start: blockSize - 1, end: blockSize}
	b.slots[b.start] = h
	if hs.last == nil {
		b.next = b
	} else {
		b.next = hs.last.next
		hs.last.next = b
	}
	hs.last = b
}

// pop takes the oldest handler off the list, or returns nil.
func (hs *handlers[T]) pop() handler[T] {
	if h := hs.first; h != nil {
		hs.first = nil
		return h
	}
	return hs.popRest()
}

// popRest is pop when first is empty.
func (hs *handlers[T]) popRest() handler[T] {
	if h := hs.second; h != nil {
		hs.second = nil
		return h
	}
	if hs.last != nil {
		return hs.popBlock()
	}
	return nil
}

// popBlock takes the oldest handler out of the oldest block, and drops the
// block when that was its last.
func (hs *handlers[T]) popBlock() handler[T] {
	b := hs.last.next
	h := b.slots[b.start]
	b.start++
	if b.start == b.end {
		if b == hs.last {
			hs.last = nil
		} else {
			hs.last.next = b.next
		}
	}
	return h
}

// each calls yield with the handlers in order, until it answers false.
func (hs *handlers[T]) each(yield func(handler[T]) bool) {
	for _, h := range [...]handler[T]{hs.first, hs.second} {
		if h != nil && !yield(h) {
			return
		}
	}
	if hs.last == nil {
		return
	}
	for b := hs.last.next; ; b = b.next {
		for _, h := range b.slots[b.start:b.end] {
			if !yield(h) {
				return
			}
		}
		if b == hs.last {
			return
		}
	}
}
