package threads

import (
	"context"
	"sync"
	"time"
)

// jobContext is the context of one job. It is part of the job, and makes the
// real context only when somebody looks at it closely: most jobs never do, and
// one of context's own costs two allocations. It hands on Done and Value
// together, which lets contexts derived from it find the real one and hang on to
// that without a goroutine.
type jobContext struct {
	mu    sync.Mutex   // the job, what it starts, the canceller and Stop meet here
	cause error        // not nil: cancelled, and why
	real  *realContext // nil until needed
}

// realContext is one of context's own, and what cancels it.
type realContext struct {
	context.Context //nolint:containedctx // this is a context
	cancel          context.CancelCauseFunc
}

var _ context.Context = (*jobContext)(nil)

// Deadline implements context.Context: there is none.
func (c *jobContext) Deadline() (time.Time, bool) { return time.Time{}, false }

// Done implements context.Context.
func (c *jobContext) Done() <-chan struct{} { return c.make().Done() }

// Value implements context.Context.
func (c *jobContext) Value(key any) any { return c.make().Value(key) }

// Err implements context.Context.
func (c *jobContext) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.real != nil:
		return c.real.Err()
	case c.cause != nil:
		return context.Canceled
	}
	return nil
}

// make returns the real context.
func (c *jobContext) make() context.Context {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.real == nil {
		ctx, cancel := context.WithCancelCause(context.Background())
		c.real = &realContext{ctx, cancel}
		if c.cause != nil {
			cancel(c.cause)
		}
	}
	return c.real.Context
}

// end cancels the context; the first cause counts. The real one is cancelled
// without mu, since contexts derived from it may come back to ask for a Value.
func (c *jobContext) end(cause error) {
	c.mu.Lock()
	if c.cause != nil {
		c.mu.Unlock()
		return
	}
	c.cause = cause
	real := c.real
	c.mu.Unlock()
	if real != nil {
		real.cancel(cause)
	}
}
