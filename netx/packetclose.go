package netx

import (
	"net"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// Close ends the socket: nothing more is delivered, datagrams that wait are sent,
// for no longer than WithCloseTimeout, then the socket is closed and
// ConnectionLost comes with ErrConnectionDone, in the next turn at the earliest.
// If none waits the address is free when it returns. The Deferred fires after
// ConnectionLost, and never fails. Called again, or after the end, it answers the
// same with another Deferred. Loop goroutine only.
func (c *PacketConn) Close() *deferred.Deferred[struct{}] {
	c.own()
	if c.state == packetEnded {
		return deferred.Succeed(struct{}{})
	}
	if c.state == packetOpen {
		c.reason = c.because(ErrConnectionDone, net.ErrClosed)
		if c.out.empty() {
			c.abandon(c.reason)
		} else {
			c.linger()
		}
	}
	d := deferred.New[struct{}]()
	c.closers = append(c.closers, d)
	return d
}

// linger goes on sending what waits.
func (c *PacketConn) linger() {
	c.state = packetClosing
	if after := c.cfg.closeTimeout; after > 0 {
		c.stop = c.cfg.env.clock.AfterFunc(after, func() {
			c.own()
			c.stop = nil
			c.end(c.because(ErrConnectionAborted, &timeoutError{what: "closing", after: after}))
		})
	}
	c.watch()
}

// Abort ends the socket at once: datagrams that wait are dropped, and
// ConnectionLost comes with ErrConnectionAborted, in the next turn. After the end
// it does nothing. Loop goroutine only.
func (c *PacketConn) Abort() {
	c.own()
	if c.state.alive() {
		c.abandon(c.because(ErrConnectionAborted, nil))
	}
}

// lost ends the socket, from the loop, because of what became of it.
func (c *PacketConn) lost(cause error) {
	c.own()
	if c.state.alive() {
		c.end(c.because(ErrConnectionLost, cause))
	}
}

// abandon ends the socket from inside a caller's method, and returns why.
func (c *PacketConn) abandon(reason *failure.Failure) *failure.Failure {
	c.shut(reason)
	c.soon()
	return reason
}

// end ends the socket, from the loop.
func (c *PacketConn) end(reason *failure.Failure) {
	c.shut(reason)
	c.finish()
}

// shut closes the socket. What remains is finish.
func (c *PacketConn) shut(reason *failure.Failure) {
	c.reason = reason
	c.state = packetEnding
	if c.stop != nil {
		c.stop()
		c.stop = nil
	}
	c.out.clear()
	c.notices = nil
	c.sock.close()
}

// finish tells everybody that the socket has ended: those who wait for something,
// the protocol, and then those who wait for the end itself.
func (c *PacketConn) finish() {
	c.state = packetEnded
	c.out.fire(func(d *deferred.Deferred[struct{}]) error { return d.Errback(c.reason) })
	reads := c.reads
	c.reads = nil
	for _, d := range reads {
		_ = d.Errback(c.reason) // ErrAlreadyCalled if one before it cancelled it
	}
	if c.proto != nil {
		c.deliver(packetLost, Packet{}, nil)
	}
	closers := c.closers
	c.closers = nil
	for _, d := range closers {
		_ = d.Callback(struct{}{}) // swallowed if it was cancelled
	}
}
