package chain

import (
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// room reports whether one more item may go in. Each that waits in Get makes
// room for one, besides the size. Whoever waits in PutWait does so because there
// was no room, and gets what room there is at once, so nobody is overtaken.
func (q *Queue[T]) room() bool { return q.size < 0 || q.items.n-q.getters.n < q.size }

// take takes out the oldest item. There is one, or somebody who offers one.
func (q *Queue[T]) take() T {
	if q.items.n == 0 { // the size is 0
		q.acceptFirst()
	}
	v := q.items.pop()
	q.accept()
	return v
}

// accept lets in the items of those who wait for room, as far as there is some.
func (q *Queue[T]) accept() {
	for q.putters.n > 0 && q.room() {
		q.acceptFirst()
	}
}

// acceptFirst lets in the item of the first who waits for room. That one is told
// later, by step.
func (q *Queue[T]) acceptFirst() {
	s := q.putters.pop()
	q.items.push(s.v.item)
	s.v.item, s.v.accepted = *new(T), true
	q.taken.push(s)
}

// step fires one Deferred: of who waits for an item, if there is one, or else of
// who is to hear that an item has gone in.
func (q *Queue[T]) step() bool {
	if q.items.n > 0 && q.getters.n > 0 {
		if d := &q.getters.pop().v; !d.Called() { // whoever was fired by another gets no item
			_ = d.Callback(q.items.pop()) // it has not fired
		}
		return true
	}
	s := q.taken.pop()
	if s == nil {
		return false
	}
	_ = s.v.out.Callback(struct{}{}) // another may have fired it, who is to know then
	return true
}

// offer is an item that waits for room.
type offer[T any] struct {
	out      deferred.Deferred[struct{}]
	item     T
	accepted bool // it has gone in
}

// putter is the seat of an offer, as the Canceller of the Deferred in it.
type putter[T any] seat[offer[T]]

// Cancel implements deferred.Canceller.
func (p *putter[T]) Cancel() {
	if p.v.accepted {
		return // it is about to fire
	}
	(*seat[offer[T]])(p).leave()
	p.v.item = *new(T)
	_ = p.v.out.Errback(failure.At(deferred.ErrCancelled, 0)) // it is cancelled as long as it has not fired
}
