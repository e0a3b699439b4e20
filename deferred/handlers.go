package deferred

// handler is one step in the list of a Deferred. handle takes d's result,
// leaves another one, and returns nil; or it hands the result to another
// Deferred, which it returns for the runner to go on with; or it puts d into the
// waiting state. It is called by run alone, which catches its panics.
type handler[T any] interface {
	handle(d *Deferred[T]) (next node)
}

// handlers is the list of steps that are still to come, first in, first out.
// Two fit inside the Deferred, which serves most. When a third comes, all but the
// first move into blocks, each filled once and then dropped or given back, so that
// nothing is moved again as the list grows.
type handlers[T any] struct {
	first, second handler[T] // second may be there without first, and may be the newest of blocks
}

// empty reports whether no handler is left.
func (hs *handlers[T]) empty() bool { return hs.first == nil && hs.second == nil }

// push appends h.
func (hs *handlers[T]) push(h handler[T]) {
	if hs.second != nil {
		hs.overflow(h)
	} else if hs.first == nil {
		hs.first = h
	} else {
		hs.second = h
	}
}

// overflow appends h to the newest block, or to a new one.
func (hs *handlers[T]) overflow(h handler[T]) {
	several, ok := hs.second.(*blocks[T])
	newest := (*block)(several)
	switch {
	case !ok:
		newest = spareFirst.Get().(*block)
		newest.next = newest
		newest.slots[0], newest.end = hs.second, 1
		hs.second = (*blocks[T])(newest)
	case int(newest.end) == len(newest.slots):
		b := spareLater.Get().(*block)
		b.next = newest.next
		newest.next = b
		newest = b
		hs.second = (*blocks[T])(b)
	}
	newest.slots[newest.end] = h
	newest.end++
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
	h := hs.second
	if several, ok := h.(*blocks[T]); ok {
		return hs.popBlock((*block)(several))
	}
	if h != nil {
		hs.second = nil
	}
	return h
}

// popBlock takes the oldest handler out of the oldest block, and gives the block back
// when that was its last.
func (hs *handlers[T]) popBlock(newest *block) handler[T] {
	b := newest.next
	h := b.slots[b.start].(handler[T])
	b.start++
	if b.start < b.end {
		b.slots[b.start-1] = nil // a step of a Collection leads to all others of it, see Release
		return h
	}
	if b == newest {
		hs.second = nil
	} else {
		newest.next = b.next
	}
	b.giveBack()
	return h
}

// forget lets go of what the handlers in the oldest block knew that have run. To do that
// after each of them would cost a thousand callbacks 5 to 10% more time.
func (hs *handlers[T]) forget() {
	if several, ok := hs.second.(*blocks[T]); ok {
		b := several.next
		clear(b.slots[:b.start])
	}
}

// each calls yield with the handlers in order, until it answers false.
func (hs *handlers[T]) each(yield func(handler[T]) bool) {
	if hs.first != nil && !yield(hs.first) {
		return
	}
	several, ok := hs.second.(*blocks[T])
	if !ok {
		if hs.second != nil {
			yield(hs.second)
		}
		return
	}
	newest := (*block)(several)
	for b := newest.next; ; b = b.next {
		for _, h := range b.slots[b.start:b.end] {
			if !yield(h.(handler[T])) {
				return
			}
		}
		if b == newest {
			return
		}
	}
}
