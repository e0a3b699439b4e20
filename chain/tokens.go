package chain

import (
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// tokens is what Lock and Semaphore are made of: a number of tokens, and who
// waits for one. T is what a waiter's Deferred fires with, which is the Lock or
// Semaphore itself. The zero value has one token.
//
// While a token is free nobody waits, but for one case. A token that is given
// back while another is being handed over goes to the first waiter when the
// callbacks of the one before have returned. Until then it is spoken for, though
// not by anybody in particular: the waiter may still be cancelled.
type tokens[T any] struct {
	more int // how many there are, besides the first; fixed

	// Loop goroutine only.
	owner   T
	taken   int
	waiting row[deferred.Deferred[T]]
	handing pump
}

// acquire returns a Deferred that fires with owner when it has a token.
func (t *tokens[T]) acquire(owner T) *deferred.Deferred[T] {
	t.owner = owner
	if !t.locked() {
		t.taken++
		return deferred.Succeed(owner)
	}
	return wait(&t.waiting)
}

// release takes a token back, and hands it to who waits first.
func (t *tokens[T]) release() error {
	if t.taken == 0 {
		return ErrNotHeld
	}
	t.taken--
	if t.waiting.n > 0 {
		t.handing.work(t)
	}
	return nil
}

// locked reports whether acquire would have to wait.
func (t *tokens[T]) locked() bool { return t.taken > t.more || t.waiting.n > 0 }

// step hands over one token.
func (t *tokens[T]) step() bool {
	if t.taken > t.more || t.waiting.n == 0 {
		return false
	}
	if d := &t.waiting.pop().v; !d.Called() { // whoever was fired by another has no use for it
		t.taken++
		_ = d.Callback(t.owner) // it has not fired
	}
	return true
}

// wait returns a Deferred at the end of a row. A Cancel takes it out of the row
// and makes it fail.
func wait[T any](r *row[deferred.Deferred[T]]) *deferred.Deferred[T] {
	s := &seat[deferred.Deferred[T]]{}
	r.push(s)
	return s.v.PassCancelTo((*waiter[T])(s))
}

// waiter is a seat as the Canceller of the Deferred in it.
type waiter[T any] seat[deferred.Deferred[T]]

// Cancel implements deferred.Canceller.
func (w *waiter[T]) Cancel() {
	(*seat[deferred.Deferred[T]])(w).leave()
	_ = w.v.Errback(failure.At(deferred.ErrCancelled, 0)) // it is cancelled as long as it has not fired
}
