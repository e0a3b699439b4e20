package chain

import (
	"fmt"

	"github.com/spindle-go/spindle/deferred"
)

// Semaphore is a number of tokens, of which each is held by one at a time. It
// limits how many do something at once. Whoever waits for a token waits with a
// Deferred, first come, first served. It is Twisted's DeferredSemaphore.
//
// The zero value has one token. A Semaphore belongs to one goroutine, must not
// be copied after first use, and never blocks. [Run] acquires and releases it;
// for many pieces of work of one kind there is [ForEach].
type Semaphore struct{ tokens tokens[*Semaphore] }

// NewSemaphore returns a Semaphore with that many tokens, all of them free. Less
// than one panics.
//
// Any goroutine may call it.
func NewSemaphore(tokens int) *Semaphore {
	if tokens < 1 {
		panic(fmt.Sprintf("chain: NewSemaphore with %d tokens, which nobody could ever acquire", tokens))
	}
	s := &Semaphore{}
	s.tokens.more = tokens - 1
	return s
}

// Acquire returns a Deferred that fires with s once the caller holds a token: at
// once if one is free, otherwise inside a Release. Nobody is overtaken. Who
// holds a token has to Release it. For Cancel and the cost see [Lock.Acquire].
//
// Loop goroutine only.
func (s *Semaphore) Acquire() *deferred.Deferred[*Semaphore] { return s.tokens.acquire(s) }

// Hold implements [Locker]. It is Acquire for those who have the semaphore at
// hand, and costs one allocation more.
//
// Loop goroutine only.
func (s *Semaphore) Hold() *deferred.Deferred[struct{}] {
	return deferred.Then(s.Acquire(), func(*Semaphore) (struct{}, error) { return struct{}{}, nil })
}

// Release gives a token back. If somebody waits it is handed over as by
// [Lock.Release]. It answers ErrNotHeld if no token is held.
//
// Loop goroutine only. It costs no allocation.
func (s *Semaphore) Release() error { return s.tokens.release() }

// Locked reports whether Acquire would have to wait.
//
// Loop goroutine only.
func (s *Semaphore) Locked() bool { return s.tokens.locked() }
