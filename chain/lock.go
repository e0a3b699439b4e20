package chain

import "github.com/spindle-go/spindle/deferred"

// Lock is held by one at a time. Whoever waits for it waits with a Deferred,
// first come, first served. It is for work on a loop that takes several turns
// and must not be mixed up with work of the same kind; what runs within one turn
// needs no lock. It is Twisted's DeferredLock.
//
// The zero value is a free Lock. It belongs to one goroutine, must not be
// copied after first use, and never blocks. [Run] acquires and releases it.
type Lock struct{ tokens tokens[*Lock] }

// NewLock returns a Lock that nobody holds.
//
// Any goroutine may call it.
func NewLock() *Lock { return &Lock{} }

// Acquire returns a Deferred that fires with l once the caller holds it: at once
// if it is free, otherwise inside the Release of the one before. Nobody is
// overtaken. Who holds it has to Release it.
//
// A Cancel of a Deferred that waits takes it out of the line, wherever it
// stands, and it fails with deferred.ErrCancelled; the others keep their order. A
// Cancel of one that has fired does nothing: the lock is still held.
//
// Loop goroutine only. It costs one allocation, and a Cancel one more.
func (l *Lock) Acquire() *deferred.Deferred[*Lock] { return l.tokens.acquire(l) }

// Hold implements [Locker]. It is Acquire for those who have the lock at hand,
// and costs one allocation more.
//
// Loop goroutine only.
func (l *Lock) Hold() *deferred.Deferred[struct{}] {
	return deferred.Then(l.Acquire(), func(*Lock) (struct{}, error) { return struct{}{}, nil })
}

// Release gives l back. If somebody waits it is handed over, and the first of
// them fires before Release returns; to anybody who asks meanwhile l is locked.
// It answers ErrNotHeld if nobody holds l, and hands nothing over then.
//
// A Release from inside the callbacks of such a hand-over returns first; the
// next waiter fires when those callbacks have returned, still inside the
// outermost Release. So any number of waiters that release at once takes no
// stack. (In Twisted the next one fires inside the inner release, and a thousand
// of them overflow the stack.) Until it fires the next waiter may be cancelled.
//
// Loop goroutine only. It costs no allocation.
func (l *Lock) Release() error { return l.tokens.release() }

// Locked reports whether Acquire would have to wait.
//
// Loop goroutine only.
func (l *Lock) Locked() bool { return l.tokens.locked() }
