package netx

import (
	"errors"
	"fmt"
	"net"

	"github.com/spindle-go/spindle/failure"
)

// Conn is a connection: what a [Protocol] writes to and closes. A network makes
// it and hands it to ConnectionMade; the zero value is of no use.
//
// All methods belong to the goroutine of the loop, and none blocks. The race
// detector reports a call from elsewhere; from there, use CallFromThread. A Conn
// is never used again for another connection, so one may be kept: after its end
// writes answer an error, and the rest does nothing.
//
// An idle one has no buffer and no goroutine. It takes 72 bytes, and 128 together
// with its socket.
type Conn struct {
	// Fixed after start.
	sock  socket
	proto Protocol
	cfg   *config

	// Loop goroutine only.
	out    *output          // nil while nothing is buffered
	reason *failure.Failure // why it ends, as far as that is known
	extra  *extra           // nil while nothing of it is needed
	state  state
	paused bool
	queued bool // a turn is due
	client bool // it is the side that dialled, which TLS wants to know
	held   bool // a FrameConn has input to deliver before the end, see hold
}

// start makes c a connection over s, and tells the protocol, see meet.
func (c *Conn) start(s socket, p Protocol, cfg *config) *failure.Failure {
	c.attach(s, cfg)
	return c.meet(p)
}

// attach makes c a connection over s, and does what its options say.
func (c *Conn) attach(s socket, cfg *config) {
	c.sock, c.cfg = s, cfg
	if cfg.port != nil {
		cfg.port.began(c)
	}
	c.discardByOptions()
	c.governByOptions()
	c.logByOptions()
}

// meet gives c its protocol, and tells that. If it panics the connection ends with
// it, in the next turn, and the panic is the answer too.
func (c *Conn) meet(p Protocol) *failure.Failure {
	c.proto = p
	fail := c.call(connectionMade, nil)
	switch {
	case fail == nil:
		c.watch()
	case c.state.alive():
		c.shut(fail, true)
		c.soon()
	}
	return fail
}

// begin is start where nobody but the protocol can be told of a panic.
func (c *Conn) begin(s socket, p Protocol, cfg *config) {
	c.attach(s, cfg)
	c.meetAlone(p)
}

// meetAlone is meet where nobody but the protocol can be told of a panic.
func (c *Conn) meetAlone(p Protocol) {
	if fail := c.meet(p); fail != nil && c.reason != fail {
		orphan(fail)
	}
}

// own marks c's loop as used by this goroutine.
func (c *Conn) own() { c.cfg.env.own() }

// move is the only place where the state changes.
//
// The socket is told when that changes what it has to watch. With nothing
// buffered and no producer, a state that reads nothing is over in this turn or the
// next one, inputClosed excepted; to have the socket watched differently for so
// long would cost system calls, and readable knows what not to read.
func (c *Conn) move(to state) {
	c.state = to
	if c.out != nil || to == inputClosed || c.producing() {
		c.watch()
	}
}

// watch tells the socket what c wants now. If it cannot be watched, the
// connection is lost.
func (c *Conn) watch() {
	if !c.state.alive() {
		return
	}
	if err := c.sock.want(c.state.reads() && !c.paused, c.out != nil); err != nil {
		c.shut(c.because(ErrConnectionLost, err), true)
		c.soon()
	}
}

// soon has turn called in the next turn of the loop. What a caller's method
// begins goes on there, so that no protocol is called from inside that method.
func (c *Conn) soon() {
	if !c.queued {
		c.queued = true
		c.cfg.env.next(c)
	}
}

// turn goes on with what soon was called for.
func (c *Conn) turn() {
	c.queued = false
	if c.state == ending {
		c.finish()
		return
	}
	c.feed()
	c.progress()
}

// LocalAddr returns the address of this end, also after the connection's end. It
// allocates, and the first time it asks the kernel. Loop goroutine only.
func (c *Conn) LocalAddr() net.Addr {
	c.own()
	return c.sock.localAddr()
}

// RemoteAddr returns the address of the peer, also after the connection's end. It
// allocates. Loop goroutine only.
func (c *Conn) RemoteAddr() net.Addr {
	c.own()
	return c.sock.remoteAddr()
}

// SetNoDelay says whether small writes are sent at once, which is the default as
// in package net, or collected for a moment. Errors: a net.ErrClosed after the
// connection's end, errors.ErrUnsupported where there is no such choice, and
// what the kernel says. On a [Pair] it changes nothing. Loop goroutine only.
func (c *Conn) SetNoDelay(on bool) error {
	return c.tune("set no delay", func(t tuner) error { return t.setNoDelay(on) })
}

// SetKeepAlive says whether the kernel probes a silent peer, so that one that
// vanished is noticed. The default is on, after 15 seconds and then every 15, and
// 9 probes without an answer end the connection: as in package net. Errors are
// those of SetNoDelay. Loop goroutine only.
func (c *Conn) SetKeepAlive(on bool) error {
	return c.tune("set keep-alive", func(t tuner) error { return t.setKeepAlive(on) })
}

// tune sets an option of the socket.
func (c *Conn) tune(what string, set func(tuner) error) error {
	c.own()
	if !c.state.alive() {
		return c.refusal()
	}
	err := errors.ErrUnsupported
	if t, ok := lowest[tuner](c.sock); ok {
		err = set(t)
	}
	if err != nil {
		return fmt.Errorf("netx: %s: %w", what, err)
	}
	return nil
}

// Closed reports whether the connection has ended or is about to: no more input
// is delivered and no output is taken. Loop goroutine only.
func (c *Conn) Closed() bool {
	c.own()
	return !c.state.alive()
}

// String returns the addresses and the state, for logs and tests. Loop goroutine
// only.
func (c *Conn) String() string {
	c.own()
	text := fmt.Sprintf("%s %v", route(c.sock.localAddr(), c.sock.remoteAddr()), c.state)
	if n := c.Buffered(); n > 0 {
		text += fmt.Sprintf(", %d bytes buffered", n)
	}
	return text
}
