package chain

import (
	"errors"
	"iter"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// Async runs f as a coroutine: code that reads from top to bottom and waits for
// Deferreds with [Await], on the loop and without blocking it. It returns a
// Deferred of what f returns: the value, the error, the panic with f's stack, or,
// if f answers with Chain, the result of that Deferred once it is there. It is
// Twisted's inlineCallbacks.
//
// f begins at once and runs until it first has to wait; Async returns then. It
// goes on where the Deferred that it waits for is fired, as a callback would.
// Between two Awaits nothing else runs, so state that is shared on the loop needs
// no lock. While it waits others run and may change that state.
//
// A Cancel of the Deferred cancels what f waits for at that moment. What comes of
// it, ErrCancelled for the most part, comes out of Await, and f may clean up, wait
// for something else, or return a value all the same. While f runs there is
// nothing to cancel, and Cancel does nothing. Callback and Errback of the Deferred
// answer ErrAlreadyChained.
//
// A coroutine belongs to the loop that it was begun on, and does not outlive it:
// when the loop has ended, what the coroutine waits for is cancelled, and Await
// does not return but panics with ErrAbandoned, so that f's defers run. The
// Deferred then fails with ErrAbandoned, which is not reported as unhandled; the
// failure of a list or a Scope that comes of it is, as any other. A coroutine that
// is begun where there is no loop, such as before a reactor's Run, belongs to the
// loop that its goroutine is next, or to the one that wakes it if that comes first.
// Where there is never one it has no owner, and one that is never resumed leaks;
// deferredtest.CheckCoroutines finds it in a test.
//
// f runs on a goroutine of its own, in turn with the loop's, which is parked
// meanwhile. A runtime.Goexit in f, as by testing's FailNow, fails the Deferred
// with ErrGoexit and ends the goroutine that had f go on. The thread must be the
// same: a loop that called runtime.LockOSThread has to do so before its first
// coroutine.
//
// It costs about as much as starting a goroutine, and a stack: some 3 KB while f
// waits. Loop goroutine only. A nil f panics.
func Async[T any](f func(co *Co) (T, error)) *deferred.Deferred[T] {
	if f == nil {
		panic("chain: Async of a nil function")
	}
	c := &coroutine[T]{body: f}
	c.co.strand = &c.strand
	next, stop := iter.Pull(c.run)
	return c.strand.Start(next, stop, f)
}

// coroutine is a function that can be held up: the work of a strand.
type coroutine[T any] struct {
	co     Co
	strand deferred.Strand[T]
	body   func(*Co) (T, error)
}

// run is the coroutine's goroutine. The values that it yields say nothing but that
// it waits.
func (c *coroutine[T]) run(yield func(struct{}) bool) {
	c.co.yield = yield
	c.strand.Entered()
	defer c.recovered()
	c.end(c.body(&c.co))
}

// recovered ends a coroutine that has panicked. After runtime.Goexit there is
// nothing to recover, and the strand sees to it.
func (c *coroutine[T]) recovered() {
	switch v := recover().(type) {
	case nil:
	case error:
		if errors.Is(v, deferred.ErrAbandoned) {
			c.end(*new(T), deferred.ErrAbandoned)
			return
		}
		c.end(*new(T), failure.Recovered(v))
	default:
		c.end(*new(T), failure.Recovered(v))
	}
}

// end gives the result. The Deferred is part of c, which therefore lets go of what
// it does not need any more.
func (c *coroutine[T]) end(v T, err error) {
	c.strand.Finish(v, err)
	c.body = nil
	c.co = Co{over: true}
}
