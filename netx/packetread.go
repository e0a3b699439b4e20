package netx

import (
	"bytes"
	"slices"

	"github.com/spindle-go/spindle/deferred"
)

// What one socket may read in one turn, so that a flood on it does not keep the
// loop from the others. Datagrams are counted, too, since empty ones have no bytes
// to count.
const (
	packetsPerTurn     = 64
	packetBytesPerTurn = 256 << 10
)

// Receive returns the next datagram as soon as there is one. Those who ask are
// served in order, and while nobody asks, what comes waits in the kernel, which
// drops what it has no room for. It is for sockets that were made without a
// PacketProtocol; with one it panics.
//
// It fails with the errors of ErrorReceived, after which the socket goes on and
// can be asked again; with a net.ErrClosed after Close, and with the reason when
// the socket ends. A cancel takes no datagram. It copies the datagram. Loop
// goroutine only.
func (c *PacketConn) Receive() *deferred.Deferred[Packet] {
	c.own()
	switch {
	case c.proto != nil:
		panic("netx: Receive of a PacketConn whose datagrams go to a PacketProtocol")
	case c.state != packetOpen:
		return deferred.Fail[Packet](c.refusal())
	case len(c.notices) > 0:
		err := c.notices[0]
		c.notices = c.notices[1:]
		return deferred.Fail[Packet](err)
	}
	d := deferred.New(c.forgetRead)
	c.reads = append(c.reads, d)
	if len(c.reads) == 1 {
		c.watch()
	}
	return d
}

// forgetRead is the canceller of Receive.
func (c *PacketConn) forgetRead(d *deferred.Deferred[Packet]) {
	if i := slices.Index(c.reads, d); i >= 0 {
		c.reads = slices.Delete(c.reads, i, i+1)
	}
}

// Pause stops the input until Resume. What comes meanwhile waits in the kernel,
// which drops what it has no room for. Pausing twice is pausing once. Loop
// goroutine only.
func (c *PacketConn) Pause() { c.setPaused(true) }

// Resume lets the input go on, in the next turn at the earliest. Loop goroutine
// only.
func (c *PacketConn) Resume() { c.setPaused(false) }

func (c *PacketConn) setPaused(paused bool) {
	c.own()
	if c.paused != paused {
		c.paused = paused
		c.watch()
	}
}

// reading reports whether somebody wants a datagram.
func (c *PacketConn) reading() bool {
	return c.state == packetOpen && !c.paused && (c.proto != nil || len(c.reads) > 0)
}

// readable is called by the socket's owner when there is input. buf is the
// owner's and is used during the call only.
func (c *PacketConn) readable(buf []byte) {
	c.own()
	if !c.reading() {
		c.watch() // those who asked have been served
		return
	}
	if limit := c.cfg.packet.limit; limit > 0 {
		buf = buf[:min(limit, len(buf))]
	}
	size := 0
	for count := 0; count < packetsPerTurn && size < packetBytesPerTurn && c.reading(); count++ {
		n, from, truncated, err := c.sock.receive(buf)
		switch {
		case err == nil:
			size += n
			c.received(Packet{Data: buf[:n], From: from, Truncated: truncated})
		case err == errWouldBlock: //nolint:errorlint // a socket answers it as it is
			return
		case fatal(err):
			c.lost(err)
			return
		default:
			c.stats.Failed++
			c.notice(c.errorAbout("receive", c.sock.remoteAddr(), err))
		}
	}
}

// received hands on a datagram.
func (c *PacketConn) received(p Packet) {
	c.stats.Received++
	if p.Truncated {
		c.stats.Truncated++
	}
	if c.proto != nil {
		c.deliver(packetReceived, p, nil)
		return
	}
	p.Data = bytes.Clone(p.Data)
	_ = c.popRead().Callback(p) // it is among the reads, so it has not fired
}

// notice tells of an error that came late. One that nobody asks for is kept for the
// next who does, and the one before it is not: they are as good as each other.
func (c *PacketConn) notice(err error) {
	switch {
	case c.state != packetOpen:
	case c.proto != nil:
		c.deliver(packetError, Packet{}, err)
	case len(c.reads) > 0:
		_ = c.popRead().Errback(err) // as in received
	default:
		c.notices = append(c.notices[:0], err)
	}
}

// popRead takes the first of those who asked.
func (c *PacketConn) popRead() *deferred.Deferred[Packet] {
	d := c.reads[0]
	c.reads[0] = nil
	c.reads = c.reads[1:]
	return d
}
