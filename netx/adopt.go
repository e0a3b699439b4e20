package netx

import (
	"errors"
	"fmt"
	"net"
	"syscall"
)

// AdoptConn makes a connection of c, a *net.TCPConn or a *net.UnixConn that is a
// stream, and has f make the protocol for it. ConnectionMade has been called when it
// returns.
//
// What is adopted is a duplicate of the descriptor. c stays the caller's, who closes
// it, at once as a rule: only when both are closed does the peer see the end. Until
// then nothing may be read from c or written to it. What c has read into a buffer of
// some other package is not part of it. Options of the socket are left as they are;
// it has to be non-blocking, which goes for both, and which those of package net
// are. Over a Unix socket descriptors can be passed, as with [Conn.WriteFDs]; so
// SO_PASSCRED, SO_PASSPIDFD and SO_PASSSEC are turned off.
//
// WithTLS is refused, since nothing says which side of the handshake c is on. A
// protocol calls [Conn.StartTLSClient] or [Conn.StartTLSServer] in ConnectionMade
// instead.
//
// Errors, with the address: ErrCannotAdopt, which says what c is, if that is no
// connection of TCP or a Unix stream of the system, and with WithTLS; what f
// answered, or ErrNoProtocol, or a panic of f or ConnectionMade; ErrUnsupported. A
// nil argument panics. Loop goroutine only.
func (n *Net) AdoptConn(c net.Conn, f Factory, opts ...Option) (Protocol, error) {
	if c == nil {
		panic("netx: AdoptConn of nil")
	}
	fd, err := duplicateOf(c)
	if err != nil {
		return nil, unfit(c.RemoteAddr(), err)
	}
	return n.adoptConn(fd, f, opts)
}

// AdoptFD is AdoptConn for a descriptor, such as one of socketpair(2). The caller
// keeps fd and closes it; it is made non-blocking.
func (n *Net) AdoptFD(fd int, f Factory, opts ...Option) (Protocol, error) {
	fd, err := duplicate(fd)
	if err != nil {
		return nil, unfit(nil, err)
	}
	return n.adoptConn(fd, f, opts)
}

// AdoptListener accepts connections from l, a *net.TCPListener or a *net.UnixListener
// for streams, and has f make a protocol for each.
//
// What is adopted is a duplicate of the descriptor. l stays the caller's, who closes
// it, at once as a rule: as long as it is open, the address is taken, and
// connections that come after StopListening wait in the kernel's queue. Nobody else
// should accept from it.
//
// The path of a Unix socket belongs to who has bound it: the Port never removes it,
// not at its end either. But Close of a *net.UnixListener does, and then nobody can
// connect any more: call its SetUnlinkOnClose(false) before, or close it after the
// Port's end.
//
// With WithTLS its connections are the server's side, as with Listen.
//
// Errors, with the address: ErrCannotAdopt, which says what l is, if that is no
// listener of TCP or of Unix streams of the system; ErrCannotListen if WithTLS has no
// certificate; ErrUnsupported; what the reactor says when it cannot watch it. A nil
// argument panics. Loop goroutine only.
func (n *Net) AdoptListener(l net.Listener, f Factory, opts ...Option) (*Port, error) {
	if l == nil {
		panic("netx: AdoptListener of nil")
	}
	fd, err := duplicateOf(l)
	if err != nil {
		return nil, unfit(l.Addr(), err)
	}
	return n.adoptListener(fd, f, opts)
}

// AdoptListenerFD is AdoptListener for a descriptor, such as one that a parent
// process has left open. The caller keeps fd and closes it; it is made non-blocking.
func (n *Net) AdoptListenerFD(fd int, f Factory, opts ...Option) (*Port, error) {
	fd, err := duplicate(fd)
	if err != nil {
		return nil, unfit(nil, err)
	}
	return n.adoptListener(fd, f, opts)
}

// errAdoptTLS is why a connection is not adopted with WithTLS. To take no notice of
// the option would send in the clear what was meant to be secret.
var errAdoptTLS = errors.New("WithTLS does not say which side of the handshake it is on; use StartTLSClient or StartTLSServer in ConnectionMade")

// adoptConn makes a connection of a descriptor that is ours now.
func (n *Net) adoptConn(fd int, f Factory, opts []Option) (Protocol, error) {
	n.env.own()
	if f == nil {
		panic("netx: a connection is adopted without a factory")
	}
	ends, err := connectedEnds(fd)
	if err != nil {
		closeFD(fd)
		return nil, unfit(nil, err)
	}
	addr := ends.peer()
	cfg := n.config(opts)
	if cfg.tls != nil {
		closeFD(fd)
		return nil, unfit(addr, errAdoptTLS)
	}
	if err = n.moor(); err != nil { // as in Dial
		closeFD(fd)
		return nil, adoptError(addr, err)
	}
	proto, err := build(f, addr)
	if err != nil {
		closeFD(fd)
		return nil, adoptError(addr, err)
	}
	c, s := n.newStreamSocket(fd, ends, nil)
	if fail := c.start(s, proto, cfg); fail != nil {
		return nil, fail
	}
	return proto, nil
}

// adoptListener makes a Port of a descriptor that is ours now.
func (n *Net) adoptListener(fd int, f Factory, opts []Option) (*Port, error) {
	n.env.own()
	if f == nil {
		panic("netx: a listener is adopted without a factory")
	}
	addr, err := listeningSocket(fd)
	if err != nil {
		closeFD(fd)
		return nil, unfit(nil, err)
	}
	p := newPort(n, f, opts)
	if err := p.cfg.tls.servable(); err != nil {
		closeFD(fd)
		return nil, adoptError(addr, err)
	}
	if err := n.acceptAdopted(p, fd); err != nil {
		return nil, adoptError(addr, err)
	}
	return p, nil
}

// duplicateOf returns a duplicate of the descriptor of something of package net.
func duplicateOf(v any) (fd int, err error) {
	c, ok := v.(syscall.Conn)
	if !ok {
		return -1, fmt.Errorf("a %T has no descriptor", v)
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return -1, err
	}
	if failed := raw.Control(func(number uintptr) { fd, err = duplicate(int(number)) }); failed != nil {
		return -1, failed
	}
	return fd, err
}

// adoptError says what could not be adopted, as far as that is known.
func adoptError(addr net.Addr, err error) error {
	e := &opError{op: "adopt", network: "a", address: "descriptor", err: err}
	if addr != nil {
		e.network, e.address = addr.Network(), addr.String()
	}
	return e
}

// unfit is adoptError for what cannot be a connection or a listener of ours.
func unfit(addr net.Addr, err error) error { return adoptError(addr, &tagged{ErrCannotAdopt, err}) }
