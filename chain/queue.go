package chain

import "github.com/spindle-go/spindle/deferred"

// Queue hands items from those who put them in to those who get them, first in,
// first out and first come, first served. Whoever has to wait waits with a
// Deferred. It is Twisted's DeferredQueue, and has PutWait besides, so that one
// side can hold up the other. It has no end of its own: put in an item that says
// so, or cancel the Deferreds of those who get.
//
// The zero value is a Queue of size 0 and backlog 0. A Queue belongs to one
// goroutine, must not be copied after first use, and never blocks.
type Queue[T any] struct {
	// Fixed.
	size, backlog int // negative: without a limit

	// Loop goroutine only. Somebody waits in getters and items are there at the
	// same time only while items are being handed over.
	items   ring[T]
	getters row[deferred.Deferred[T]] // wait for an item
	putters row[offer[T]]             // wait for room
	taken   row[offer[T]]             // their item has gone in, and they are to be told
	handing pump
}

// NewQueue returns an empty Queue. size is how many items it holds that nobody
// waits for: negative means any number, 0 that an item is taken only if somebody
// waits for it. backlog is how many may wait for an item: negative means any
// number, 0 that nobody may.
//
// Any goroutine may call it.
func NewQueue[T any](size, backlog int) *Queue[T] {
	return &Queue[T]{size: size, backlog: backlog}
}

// Put adds v. If somebody waits in Get, that one fires with the oldest item
// before Put returns, whatever the size. It answers ErrQueueOverflow when the
// Queue is full, and does not take v then.
//
// A Put from inside the callbacks of such a Get returns first; the next one that
// waits fires when those callbacks have returned, still inside the outermost
// Put. Until then it may be cancelled, and its item, which has been accepted,
// stays for the next Get, even beyond the size.
//
// Loop goroutine only. It costs no allocation, but for the room that the Queue
// needs as it grows.
func (q *Queue[T]) Put(v T) error {
	if !q.room() {
		return ErrQueueOverflow
	}
	q.items.push(v)
	q.handing.work(q)
	return nil
}

// PutWait adds v as soon as there is room for it, after the items of those who
// waited for that before. It returns a Deferred that fires when v has gone in:
// at once, or inside the Get that made the room.
//
// A Cancel of a Deferred that waits takes v back; it fails with
// deferred.ErrCancelled. When v has gone in a Cancel does nothing.
//
// Loop goroutine only. It costs one allocation, and that of Put.
func (q *Queue[T]) PutWait(v T) *deferred.Deferred[struct{}] {
	if q.room() {
		q.items.push(v)
		q.handing.work(q)
		return deferred.Succeed(struct{}{})
	}
	s := &seat[offer[T]]{v: offer[T]{item: v}}
	q.putters.push(s)
	return s.v.out.PassCancelTo((*putter[T])(s))
}

// Get returns a Deferred that fires with the oldest item: at once, or inside the
// Put that brings it. If as many wait already as the backlog allows, it has
// failed with ErrQueueUnderflow.
//
// When that makes room, those fire who wait in PutWait, before Get returns.
//
// A Cancel of a Deferred that waits takes it out of the line, wherever it
// stands, and it fails with deferred.ErrCancelled. No item is lost by that.
//
// Loop goroutine only. It costs one allocation, and a Cancel one more.
func (q *Queue[T]) Get() *deferred.Deferred[T] {
	switch here := q.items.n + q.putters.n; {
	case here > 0 && q.getters.n == 0:
		v := q.take()
		q.handing.work(q)
		return deferred.Succeed(v)
	case q.backlog >= 0 && q.getters.n-here >= q.backlog:
		return deferred.Fail[T](ErrQueueUnderflow)
	}
	d := wait(&q.getters)
	q.accept()
	q.handing.work(q)
	return d
}

// Len returns how many items are in the Queue. Those of PutWait are not until
// they have gone in.
//
// Loop goroutine only.
func (q *Queue[T]) Len() int { return q.items.n }
