package netx

import (
	"slices"

	"github.com/spindle-go/spindle/deferred"
)

// Drained returns a Deferred that fires when there is room for more output. It
// is how a program that makes output faster than the peer takes it waits:
//
//	send one piece, chain to Drained, send the next one
//
// The marks are those of WithWriteMarks. Once more than the high mark is
// buffered, Drained waits until no more than the low mark is left; otherwise it
// has fired already. With both marks at 0 it waits until everything is with the
// kernel.
//
// It fails with the reason when the connection ends, which a clean end is too.
// Cancelling it does nothing to the output. Each call makes one of its own. Loop
// goroutine only.
func (c *Conn) Drained() *deferred.Deferred[struct{}] {
	c.own()
	switch {
	case !c.state.alive():
		return deferred.Fail[struct{}](c.refusal())
	case c.out == nil || !c.out.congested:
		return deferred.Succeed(struct{}{})
	}
	out := c.out
	d := deferred.New(out.forget)
	out.waiters = append(out.waiters, d)
	return d
}

// forget is the canceller of a waiter.
func (o *output) forget(d *deferred.Deferred[struct{}]) {
	if i := slices.Index(o.waiters, d); i >= 0 {
		o.waiters = slices.Delete(o.waiters, i, i+1)
	}
}

// relieve fires the waiters of o if its size has come down to the low mark.
func (c *Conn) relieve(o *output) {
	if !o.congested || o.size > c.cfg.lowMark {
		return
	}
	o.congested = false
	o.fire(func(d *deferred.Deferred[struct{}]) error { return d.Callback(struct{}{}) })
}

// fire fires the waiters that there are now. A callback of one may cancel another
// one of them, which has fired by itself then.
func (o *output) fire(fire func(*deferred.Deferred[struct{}]) error) {
	waiters := o.waiters
	o.waiters = nil
	for _, d := range waiters {
		_ = fire(d) // ErrAlreadyCalled if one before it cancelled it
	}
}
