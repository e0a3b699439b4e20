package netx

import (
	"io"
	"net"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// Close ends the connection cleanly: nothing more is delivered, what is buffered
// is sent, then the socket is closed and ConnectionLost comes with
// ErrConnectionDone, in the next turn at the earliest. A peer that does not read
// holds it up for no longer than WithCloseTimeout; after that it is as with
// Abort, and the reason is also a deferred.ErrTimeout.
//
// Input that has come and was not delivered is lost, and then the kernel may
// tell the peer by a RST, which can reach it before the last of our output does.
// A protocol that cares reads to the end first, or uses CloseWrite.
//
// While a producer is registered it waits for that, see RegisterProducer.
//
// A second call does nothing. The answer is always nil; it is there so that a
// Conn is an io.Closer. Loop goroutine only.
func (c *Conn) Close() error {
	c.own()
	switch c.state {
	case open, inputClosed:
		c.leave(closing, net.ErrClosed)
	case flushing, outputClosed, lastFlush:
		c.leave(leaving, net.ErrClosed)
	}
	return nil
}

// CloseWrite ends the output: what is buffered is sent, then the FIN. Input goes
// on. A HalfCloser is told by WriteClosed, in the next turn at the earliest; if
// its input has ended too, the connection ends then, with ErrConnectionDone, and
// WithCloseTimeout bounds it as it does Close. A producer is waited for here, too.
//
// A second call does nothing, nor does one after Close, which sends the FIN
// anyway. The error is a net.ErrClosed when the connection has ended. Loop
// goroutine only.
func (c *Conn) CloseWrite() error {
	c.own()
	switch c.state {
	case open:
		c.move(flushing)
		c.soon()
	case inputClosed:
		c.leave(lastFlush, io.EOF)
	case ending, ended:
		return c.refusal()
	}
	return nil
}

// Abort ends the connection at once: what is buffered is dropped, the socket is
// closed, and the peer gets a RST. Nothing more is delivered but ConnectionLost
// with ErrConnectionAborted, in the next turn. After the end it does nothing.
// Loop goroutine only.
func (c *Conn) Abort() {
	c.own()
	if c.state.alive() {
		c.shut(c.because(ErrConnectionAborted, nil), true)
		c.soon()
	}
}

// leave begins a clean end, for which the cause says who wanted it.
func (c *Conn) leave(to state, cause error) {
	c.reason = c.because(ErrConnectionDone, cause)
	c.move(to)
	c.soon()
}

// abandon ends the connection from inside a caller's method, and returns why.
func (c *Conn) abandon(reason *failure.Failure) error {
	c.shut(reason, true)
	c.soon()
	return reason
}

// progress does what is due when the output is out, and sees to it that there is
// a deadline when it has to be. It is called from the loop.
func (c *Conn) progress() {
	if c.producing() {
		c.unbound() // the time is for a peer that reads nothing, and this one has read
	}
	if c.out != nil {
		c.bound()
		return
	}
	if c.producing() {
		c.deliver(closeWaits, nil)
		return
	}
	switch c.state {
	case flushing, lastFlush:
		c.finishOutput()
	case closing, leaving:
		c.leaveNow()
	}
}

// finishOutput sends the FIN.
func (c *Conn) finishOutput() {
	if err := c.sock.closeWrite(); err != nil {
		c.lost(err)
		return
	}
	if c.state == flushing {
		c.move(outputClosed)
		c.deliver(writeClosed, nil)
		return
	}
	c.move(leaving)
	c.deliver(writeClosed, nil)
	if c.state == leaving {
		c.leaveNow()
	}
}

// leaveNow is the clean end, unless there is a reason to wait.
func (c *Conn) leaveNow() {
	if !c.held {
		c.end(c.reason, false)
	}
}

// bound sets the deadline of Close, unless it is set.
func (c *Conn) bound() {
	if after := c.cfg.closeTimeout; c.state.bounded() && after > 0 && c.more().stop == nil {
		c.extra.stop = c.cfg.env.clock.AfterFunc(after, c.expire)
	}
}

// unbound takes the deadline of Close back.
func (c *Conn) unbound() {
	if c.extra != nil && c.extra.stop != nil {
		c.extra.stop()
		c.extra.stop = nil
	}
}

// expire is called when the deadline of Close has run out.
func (c *Conn) expire() {
	c.own()
	c.extra.stop = nil // all states that follow these are bounded too, or stop it
	late := &timeoutError{what: "closing", after: c.cfg.closeTimeout}
	c.end(c.because(ErrConnectionAborted, late), true)
}

// lost ends the connection, from the loop, because of what became of its socket.
func (c *Conn) lost(cause error) {
	c.own()
	if c.state.alive() {
		c.end(c.because(ErrConnectionLost, cause), true)
	}
}

// end ends the connection, from the loop: no method of the program's is under
// way that ConnectionLost would come out of.
func (c *Conn) end(reason *failure.Failure, abort bool) {
	c.shut(reason, abort)
	c.finish()
}

// shut closes the socket. What remains is finish.
func (c *Conn) shut(reason *failure.Failure, abort bool) {
	c.reason = reason
	c.move(ending)
	c.unbound()
	if c.out != nil {
		c.out.blocks, c.out.size = nil, 0
	}
	c.sock.close(abort)
}

// finish tells everybody that the connection has ended: first those who wait for
// its output, then the protocol.
func (c *Conn) finish() {
	c.move(ended)
	if out := c.out; out != nil {
		c.out = nil
		out.fire(func(d *deferred.Deferred[struct{}]) error { return d.Errback(c.reason) })
	}
	c.dismiss()
	c.deliver(connectionLost, nil)
	if p := c.cfg.port; p != nil {
		p.ended(c)
	}
}
