package netx

import "net"

// AdoptPacketConn makes a PacketConn of c, a *net.UDPConn or a *net.UnixConn for
// datagrams, and calls ConnectionMade of p before it returns. With a nil p, datagrams
// are asked for with Receive. One that is connected has that peer, as after DialPacket.
//
// What is adopted is a duplicate of the descriptor. c stays the caller's, who closes
// it, at once as a rule, and reads nothing from it. As with [Net.AdoptListener], the
// path of a Unix socket is never removed. Options of the socket are left as they are.
//
// Errors, with the address: ErrCannotAdopt, which says what c is, if that is no socket
// of the system for datagrams, or one whose peer has no name; a panic in
// ConnectionMade, after which p gets ConnectionLost; ErrUnsupported; what the reactor
// says when it cannot watch it. A nil c panics. Loop goroutine only. It is Twisted's
// adoptDatagramPort.
func (n *Net) AdoptPacketConn(c net.PacketConn, p PacketProtocol, opts ...Option) (*PacketConn, error) {
	if c == nil {
		panic("netx: AdoptPacketConn of nil")
	}
	fd, err := duplicateOf(c)
	if err != nil {
		return nil, unfit(c.LocalAddr(), err)
	}
	return n.adoptPacket(fd, p, opts)
}

// AdoptPacketFD is AdoptPacketConn for a descriptor. The caller keeps fd and closes
// it; it is made non-blocking.
func (n *Net) AdoptPacketFD(fd int, p PacketProtocol, opts ...Option) (*PacketConn, error) {
	fd, err := duplicate(fd)
	if err != nil {
		return nil, unfit(nil, err)
	}
	return n.adoptPacket(fd, p, opts)
}
