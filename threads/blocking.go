package threads

import (
	"context"
	"sync/atomic"

	"github.com/spindle-go/spindle/deferred"
)

// BlockingCallFromThread has f called on r's loop and waits for the Deferred
// that it returns: for its value, or its error, which is a *failure.Failure as
// is that of a panic in f. It takes that result out of the Deferred, so a
// failure counts as handled. It is Twisted's blockingCallFromThread, without its
// two ways to hang.
//
// It is for other goroutines than the loop's, jobs on a [Pool] for instance, and
// blocks. On the loop's own it answers [ErrOnLoop] at once. When ctx ends first
// it has the Deferred cancelled on the loop and returns ctx's cause without
// waiting for what comes of that, which is swallowed; f is not called at all if
// the loop has not come to it. When the loop has stopped it returns what
// CallFromThread answered, and when it stops meanwhile [ErrLoopStopped]; f is
// not called in a later run then. If r has not the methods that [Caller]
// describes, those two cases end with ctx at the latest.
//
// It costs a few small allocations and two hand-overs between goroutines.
func BlockingCallFromThread[T any](ctx context.Context, r Caller, f func() *deferred.Deferred[T]) (T, error) {
	if f == nil {
		panic("threads: BlockingCallFromThread of a nil function")
	}
	if onLoop(r) {
		return *new(T), ErrOnLoop
	}
	if ctx.Err() != nil {
		return *new(T), context.Cause(ctx)
	}
	// Asked before the call is queued: the channel of a later run would say
	// nothing about a call that this run took and did not finish.
	stopped := stoppedOf(r)
	c := &blockingCall[T]{f: f, done: make(chan struct{})}
	if err := r.CallFromThread(c.begin); err != nil {
		return *new(T), err
	}
	select {
	case <-c.done:
	case <-ctx.Done():
	case <-stopped:
	}
	return c.outcome(ctx, r)
}

// blockingCall is one call that a goroutine waits for.
type blockingCall[T any] struct {
	f    func() *deferred.Deferred[T] // fixed
	left atomic.Bool                  // nobody waits any more

	// Loop goroutine only.
	d *deferred.Deferred[T]

	// Written on the loop before done is closed, read after that.
	value T
	err   error
	done  chan struct{}
}

// begin calls f, on the loop. The handler that ends the wait is there before f
// runs, so that it hears of a runtime.Goexit in f as well.
func (c *blockingCall[T]) begin() {
	if c.left.Load() {
		return
	}
	c.d = deferred.New[T]()
	c.d.AddCallback(c.call).AddBoth(c.finish)
	_ = c.d.Callback(*new(T)) // the first call, which cannot be refused
}

// call is the one place where f is called. The Deferred that it is a callback of
// turns its panic into a failure.
func (c *blockingCall[T]) call(T) (T, error) {
	d := c.f()
	if d == nil {
		panic("threads: the function given to BlockingCallFromThread returned a nil Deferred")
	}
	return d.Chain()
}

// finish hands the result to the one that waits, and leaves none behind.
func (c *blockingCall[T]) finish(v T, err error) (T, error) {
	c.value, c.err = v, err
	close(c.done)
	return *new(T), nil
}

// outcome is what the one that waited gets: the result if it is there, whatever
// else has happened.
func (c *blockingCall[T]) outcome(ctx context.Context, r Caller) (T, error) {
	select {
	case <-c.done:
		return c.value, c.err
	default:
	}
	c.left.Store(true)
	if ctx.Err() == nil {
		return *new(T), ErrLoopStopped
	}
	// An error means that the loop has stopped, and nothing is left to cancel.
	_ = r.CallFromThread(c.cancel)
	return *new(T), context.Cause(ctx)
}

// cancel gives up what f began, on the loop.
func (c *blockingCall[T]) cancel() {
	if c.d != nil {
		c.d.Cancel()
	}
}
