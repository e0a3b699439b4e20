package netx

import (
	"errors"
	"fmt"
	"net"
	"syscall"
)

// AdoptConn makes a connection of c, which package net has made, and has f make the
// protocol for it. ConnectionMade has been called when it returns.
//
// What is adopted is a duplicate of the descriptor. c stays the caller's, who closes
// it, at once as a rule: only when both are closed does the peer see the end. Until
// then nothing may be read from c or written to it. What c has read into a buffer of
// some other package is not part of it. Options of the socket are left as they are;
// it has to be non-blocking, which goes for both, and which those of package net
// are.
//
// WithTLS is refused, since nothing says which side of the handshake c is on. A
// protocol calls [Conn.StartTLSClient] or [Conn.StartTLSServer] in ConnectionMade
// instead.
//
// Errors, with the address: ErrCannotAdopt if c is no TCP connection of the system,
// and with WithTLS; what f answered, or ErrNoProtocol, or a panic of f or
// ConnectionMade; ErrUnsupported. A nil argument panics. Loop goroutine only.
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

// AdoptFD is AdoptConn for a descriptor. The caller keeps fd and closes it; it is
// made non-blocking.
func (n *Net) AdoptFD(fd int, f Factory, opts ...Option) (Protocol, error) {
	fd, err := duplicate(fd)
	if err != nil {
		return nil, unfit(nil, err)
	}
	return n.adoptConn(fd, f, opts)
}

// AdoptListener accepts connections from l, which package net has made, and has f
// make a protocol for each.
//
// What is adopted is a duplicate of the descriptor. l stays the caller's, who closes
// it, at once as a rule: as long as it is open, the address is taken, and
// connections that come after StopListening wait in the kernel's queue. Nobody else
// should accept from it.
//
// With WithTLS its connections are the server's side, as with Listen.
//
// Errors, with the address: ErrCannotAdopt if l is no TCP listener of the system;
// ErrCannotListen if WithTLS has no certificate; ErrUnsupported; what the reactor
// says when it cannot watch it. A nil argument panics. Loop goroutine only.
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
	remote, err := connectedPeer(fd)
	if err != nil {
		closeFD(fd)
		return nil, unfit(nil, err)
	}
	addr := net.TCPAddrFromAddrPort(remote)
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
	s := newTCPSocket(n, fd, remote)
	if fail := s.conn.start(s, proto, cfg); fail != nil {
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
	if err := listeningSocket(fd); err != nil {
		closeFD(fd)
		return nil, unfit(nil, err)
	}
	p := newPort(n, f, opts)
	if err := p.cfg.tls.servable(); err != nil {
		addr := net.TCPAddrFromAddrPort(localAddrOf(fd))
		closeFD(fd)
		return nil, adoptError(addr, err)
	}
	if err := n.acceptFrom(p, fd); err != nil {
		return nil, adoptError(p.addr, err)
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
	e := &opError{op: "adopt", network: "tcp", address: "descriptor", err: err}
	if addr != nil {
		e.network, e.address = addr.Network(), addr.String()
	}
	return e
}

// unfit is adoptError for what cannot be a connection or a listener of ours.
func unfit(addr net.Addr, err error) error { return adoptError(addr, &tagged{ErrCannotAdopt, err}) }
