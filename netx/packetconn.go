package netx

import (
	"fmt"
	"net"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// PacketConn is a socket for datagrams: UDP, or a Unix socket. [Net.ListenPacket]
// and [Net.DialPacket] make one; the zero value is of no use.
//
// One that was dialled is in connected mode: it has one peer, hears from that one
// alone, and is told when nobody is there. A datagram arrives whole or not at
// all, perhaps twice, and in any order; over Unix sockets none is lost or comes
// out of order.
//
// All methods but LocalAddr and RemoteAddr belong to the goroutine of the loop, and
// none blocks. The race detector reports a call from elsewhere.
type PacketConn struct {
	// Fixed after start.
	sock  packetSocket
	proto PacketProtocol // nil if Receive is used
	cfg   *config

	// Loop goroutine only.
	state   packetState
	paused  bool
	queued  bool // a turn is due
	reason  *failure.Failure
	stop    func() bool // takes back the deadline of Close
	stats   PacketStats
	out     packetOutput
	notices []error // of ErrorReceived, for the next turn
	reads   []*deferred.Deferred[Packet]
	closers []*deferred.Deferred[struct{}]
}

// PacketStats is what a PacketConn has done.
type PacketStats struct {
	Received  uint64 // datagrams that were delivered
	Truncated uint64 // those of them that were longer than WithMaxPacket
	Sent      uint64 // datagrams that the kernel took
	Refused   uint64 // datagrams that could not wait, since too many did: ErrBufferFull
	Failed    uint64 // errors that came later than the datagram that they are about
}

// start makes c a socket over s, and tells the protocol. If that panics the socket
// ends with it, in the next turn, and the panic is the answer too.
func (c *PacketConn) start(s packetSocket, p PacketProtocol, cfg *config) *failure.Failure {
	c.sock, c.proto, c.cfg = s, p, cfg
	if p != nil {
		if fail := c.call(packetMade, Packet{}, nil); fail != nil {
			if c.state.alive() {
				c.abandon(fail)
			}
			return fail
		}
	}
	return c.watch()
}

// packetCall names a method of a PacketProtocol.
type packetCall uint8

const (
	packetMade packetCall = iota
	packetReceived
	packetError
	packetLost
)

// call is the only place where a PacketConn calls its protocol, and a panic in it
// is caught here, as in Conn.call.
func (c *PacketConn) call(what packetCall, p Packet, err error) (fail *failure.Failure) {
	defer func() {
		if v := recover(); v != nil {
			fail = failure.Recovered(v)
		}
	}()
	switch what {
	case packetMade:
		c.proto.ConnectionMade(c)
	case packetReceived:
		c.proto.PacketReceived(p)
	case packetError:
		if r, ok := c.proto.(PacketErrorReceiver); ok {
			r.ErrorReceived(err)
		}
	case packetLost:
		c.proto.ConnectionLost(c.reason)
	}
	return nil
}

// deliver makes a call from the loop. Whatever the protocol does, the socket goes
// on.
func (c *PacketConn) deliver(what packetCall, p Packet, err error) {
	if fail := c.call(what, p, err); fail != nil {
		orphan(fail)
	}
}

// own marks c's loop as used by this goroutine.
func (c *PacketConn) own() { c.cfg.env.own() }

// watch tells the socket what c wants now. If it cannot be watched, it is lost,
// and the answer is why.
func (c *PacketConn) watch() *failure.Failure {
	if !c.state.alive() {
		return nil
	}
	if err := c.sock.want(c.reading(), c.out.waiting()); err != nil {
		return c.abandon(c.because(ErrConnectionLost, err))
	}
	return nil
}

// soon has turn called in the next turn of the loop.
func (c *PacketConn) soon() {
	if !c.queued {
		c.queued = true
		c.cfg.env.next(c)
	}
}

// turn goes on with what soon was called for.
func (c *PacketConn) turn() {
	c.queued = false
	if c.state == packetEnding {
		c.finish()
		return
	}
	notices := c.notices
	c.notices = nil
	for _, err := range notices {
		c.notice(err)
	}
}

// because returns a failure of this socket.
func (c *PacketConn) because(kind, cause error) *failure.Failure {
	return failure.At(c.errorOf(kind, cause), 0)
}

// errorOf returns an error of this socket.
func (c *PacketConn) errorOf(kind, cause error) error {
	return &connError{kind: kind, local: c.sock.localAddr(), remote: c.sock.remoteAddr(), cause: cause}
}

// LocalAddr returns the address of this end, with the port that the kernel chose,
// also after the end of c. For one that listens at all addresses it is the
// unspecified one. Any goroutine may call it.
func (c *PacketConn) LocalAddr() PacketAddr { return c.sock.localAddr() }

// RemoteAddr returns the address of the peer, or the zero value if c has none. Any
// goroutine may call it.
func (c *PacketConn) RemoteAddr() PacketAddr { return c.sock.remoteAddr() }

// Stats returns what c has done so far. Loop goroutine only.
func (c *PacketConn) Stats() PacketStats {
	c.own()
	return c.stats
}

// Closed reports whether c has ended or is about to: nothing more is delivered.
// Loop goroutine only.
func (c *PacketConn) Closed() bool {
	c.own()
	return c.state != packetOpen
}

// String returns the addresses and the state, for logs and tests. Loop goroutine
// only.
func (c *PacketConn) String() string {
	c.own()
	return fmt.Sprintf("%s %v", route(c.sock.localAddr(), c.sock.remoteAddr()), c.state)
}

// refusal says why nothing can be done with c any more.
func (c *PacketConn) refusal() error {
	if c.state.alive() {
		return c.errorOf(errEnded, net.ErrClosed)
	}
	return c.errorOf(errEnded, c.reason)
}
