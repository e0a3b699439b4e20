package netx

import (
	"errors"
	"fmt"
	"syscall"
	"time"

	"github.com/spindle-go/spindle/deferred"
)

// defaultPacketBuffer is how much may wait to be sent, without WithMaxBuffered.
const defaultPacketBuffer = 256 << 10

// noRoomTime is how long a socket waits whose kernel does not tell when it has
// room: about what a network card needs to send what it has.
const noRoomTime = 2 * time.Millisecond

// Write sends p as one datagram to the peer of a connected socket. It is WriteTo
// with that address, and fails as that does; without a peer, with ErrBadAddress.
// Loop goroutine only.
func (c *PacketConn) Write(p []byte) (int, error) {
	c.own()
	if !c.sock.remoteAddr().IsValid() {
		return 0, c.errorAbout("send", PacketAddr{}, fmt.Errorf("%w: there is no peer, use WriteTo", ErrBadAddress))
	}
	return c.send(p, PacketAddr{})
}

// WriteTo sends p as one datagram to an address. In connected mode that must be
// the peer's. An empty datagram is one, too. It is sent at once; if the kernel has
// no room for it, it is copied and sent as soon as it can be, in order. So the
// caller keeps p. The answer is len(p) and nil, or 0 and an error: no part of a
// datagram is sent. It never blocks.
//
// Errors, with the address:
//
//   - ErrMessageTooLong, when it does not fit into a datagram;
//   - ErrBufferFull, when as much waits as [WithMaxBuffered] allows, 256 KiB by
//     default, for which a datagram counts with 64 bytes more than it has. It is
//     dropped, and the socket goes on. A program that sends much waits for
//     Drained. A Unix socket without a peer answers it when the queue of the
//     receiver is full: the kernel would not tell when there is room again;
//   - ErrBadAddress, when the address is none of the socket's kind or family, or
//     not the peer's;
//   - a net.ErrClosed after Close, with the reason if the socket has ended;
//   - what the kernel says, such as ErrConnectionRefused for a Unix socket that is
//     gone, syscall.ENETUNREACH, or syscall.EACCES for a broadcast without
//     SetBroadcast.
//
// That there is no error does not mean that it arrived. It costs a system call,
// and no allocation on Linux; with a zone of IPv6 that is a name and no number, a
// look at the interfaces of the machine. Loop goroutine only.
func (c *PacketConn) WriteTo(p []byte, to PacketAddr) (int, error) {
	c.own()
	if peer := c.sock.remoteAddr(); peer.IsValid() {
		if to != peer {
			return 0, c.errorAbout("send", to, fmt.Errorf("%w: the peer of this socket is %v", ErrBadAddress, peer))
		}
		to = PacketAddr{}
	} else if !to.IsValid() {
		return 0, c.errorAbout("send", to, fmt.Errorf("%w: there is none to send to", ErrBadAddress))
	}
	return c.send(p, to)
}

// send sends a datagram, or has it wait. The zero address is the peer's.
func (c *PacketConn) send(p []byte, to PacketAddr) (int, error) {
	if c.state != packetOpen {
		return 0, c.refusal()
	}
	err := errWouldBlock
	if c.out.empty() {
		err = c.trySend(p, to)
	}
	switch err {
	case nil:
		return len(p), nil
	case errWouldBlock, errNoRoom: //nolint:errorlint // a socket answers them as they are
		return c.keep(p, to, err)
	}
	return 0, c.errorAbout("send", to, err)
}

// trySend gives a datagram to the socket. In connected mode the kernel answers the
// refusal of an earlier one to the next call, whatever that is, and does not do
// what was asked. So it is told as what it is, and the call repeated.
func (c *PacketConn) trySend(p []byte, to PacketAddr) error {
	err := c.sock.send(p, to)
	if peer := c.sock.remoteAddr(); err != nil && peer.IP.IsValid() && errors.Is(err, syscall.ECONNREFUSED) {
		c.stats.Failed++
		c.notices = append(c.notices[:0], c.errorAbout("send", peer, err))
		c.soon()
		err = c.sock.send(p, to)
	}
	if err == nil {
		c.stats.Sent++
	}
	return err
}

// keep has a datagram wait.
func (c *PacketConn) keep(p []byte, to PacketAddr, why error) (int, error) {
	if c.out.size+len(p)+packetOverhead > c.outputLimit() {
		c.stats.Refused++
		return 0, c.errorAbout("send", to, ErrBufferFull)
	}
	first := c.out.empty()
	c.out.add(p, to)
	c.out.congested = c.out.congested || c.out.size > c.cfg.highMark
	if first {
		if fail := c.await(why); fail != nil {
			return 0, fail
		}
	}
	return len(p), nil
}

// outputLimit returns how much may wait.
func (c *PacketConn) outputLimit() int {
	if c.cfg.maxBuffered > 0 {
		return c.cfg.maxBuffered
	}
	return max(defaultPacketBuffer, 2*c.cfg.highMark)
}

// await has flush called when there may be room again.
func (c *PacketConn) await(why error) error {
	if why == errNoRoom && c.out.retry == nil { //nolint:errorlint // a socket answers it as it is
		c.out.retry = c.cfg.env.clock.AfterFunc(noRoomTime, c.lookAgain)
	}
	if fail := c.watch(); fail != nil {
		return fail
	}
	return nil
}

// lookAgain is called when the time to wait for room is over.
func (c *PacketConn) lookAgain() {
	c.own()
	c.out.retry = nil
	c.flush()
}

// writable is called by the socket's owner when there is room for output.
func (c *PacketConn) writable() {
	c.own()
	c.flush()
}

// flush sends what waits, and no more than a turn may send.
func (c *PacketConn) flush() {
	var why error
	for count := 0; count < packetsPerTurn && !c.out.empty() && c.state.alive() && why == nil; count++ {
		next := c.out.first()
		switch err := c.trySend(next.data, next.to); err {
		case nil:
			c.out.drop()
		case errWouldBlock, errNoRoom: //nolint:errorlint // a socket answers them as they are
			why = err
		default:
			c.out.drop()
			c.stats.Failed++
			c.notice(c.errorAbout("send", next.to, err))
		}
	}
	if !c.state.alive() {
		return
	}
	c.relieve()
	if c.state == packetClosing && c.out.empty() {
		c.end(c.reason)
		return
	}
	_ = c.await(why) // what it fails with is the reason of the end
}

// Buffered returns how many bytes wait to be sent, counted as WithMaxBuffered
// counts them. Loop goroutine only.
func (c *PacketConn) Buffered() int {
	c.own()
	return c.out.size
}

// Drained returns a Deferred that fires when there is room for more output. It is
// as [Conn.Drained] is. Loop goroutine only.
func (c *PacketConn) Drained() *deferred.Deferred[struct{}] {
	c.own()
	switch {
	case !c.state.alive():
		return deferred.Fail[struct{}](c.refusal())
	case !c.out.congested:
		return deferred.Succeed(struct{}{})
	}
	d := deferred.New(c.out.forget)
	c.out.waiters = append(c.out.waiters, d)
	return d
}

// relieve fires the waiters if what waits has come down to the low mark.
func (c *PacketConn) relieve() {
	if c.out.congested && c.out.size <= c.cfg.lowMark {
		c.out.congested = false
		c.out.fire(func(d *deferred.Deferred[struct{}]) error { return d.Callback(struct{}{}) })
	}
}

// errorAbout returns an error about a datagram.
func (c *PacketConn) errorAbout(op string, to PacketAddr, err error) error {
	if !to.IsValid() {
		to = c.sock.remoteAddr()
	}
	err = connectError(err)
	if errors.Is(err, syscall.EMSGSIZE) {
		err = &tagged{ErrMessageTooLong, err}
	}
	return &opError{op: op, network: c.sock.localAddr().Network(), address: to.String(), err: err}
}
