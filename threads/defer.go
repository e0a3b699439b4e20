package threads

import (
	"context"

	"github.com/spindle-go/spindle/deferred"
)

// DeferToThread has f run on r's own pool and returns a Deferred of what comes
// of it, which fires on r's loop. It is [DeferToPool] with r and r.ThreadPool(),
// and Twisted's deferToThread.
func DeferToThread[T any](r interface {
	Caller
	ThreadPool() *Pool
}, f func(ctx context.Context) (T, error)) *deferred.Deferred[T] {
	return DeferToPool(r, r.ThreadPool(), f)
}

// DeferToPool has f run on a worker of p and returns a Deferred of what comes of
// it: the value, the error, or the panic as a failure with its stack;
// [ErrGoexit] when f ended its goroutine. The result gets to the loop through
// c.CallFromThread, and the Deferred fires there. When p does not take the job
// the Deferred has failed already, with [ErrPoolFull] or [ErrPoolStopped]; it
// fails with ErrPoolStopped too when Stop drops the job. A nil c, p or f
// panics.
//
// Cancelling the Deferred makes it fail with deferred.ErrCancelled at once. A
// job that waits is taken out of the queue, never runs, and is forgotten. One
// that runs has its ctx cancelled, and what it returns is swallowed, as nobody
// wants it any more; only a panic is logged. In Twisted the running function
// does not hear of it.
//
// ctx is also cancelled when p's Stop does not wait any longer, and when f has
// returned. context.Cause says which: deferred.ErrCancelled, ErrPoolStopped or
// context.Canceled. It has no deadline and no values.
//
// When CallFromThread answers an error the loop has stopped, and with it
// everything that could look at the Deferred: it never fires. The Pool logs that
// and counts it in [Stats]. So stop the pool before the loop.
//
// The loop's goroutine calls it. It does not block. It costs two allocations,
// the Deferred among them, and no goroutine.
func DeferToPool[T any](c Caller, p *Pool, f func(ctx context.Context) (T, error)) *deferred.Deferred[T] {
	switch {
	case c == nil:
		panic("threads: a job without a Caller to bring the result to")
	case p == nil:
		panic("threads: a job without a Pool to run on")
	case f == nil:
		panic("threads: a job of a nil function")
	}
	t := newTask(c, p, f)
	if err := p.submit(&t.node); err != nil {
		return deferred.Fail[T](err)
	}
	return &t.out
}
