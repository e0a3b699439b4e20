package netx

import (
	"net"
	"net/netip"
)

// streamEnds says what a connected stream socket joins: two addresses of TCP, or two
// names of Unix sockets, which may be empty.
type streamEnds struct {
	remote   netip.AddrPort // of TCP; for this end the kernel is asked when somebody wants to know
	local    bool           // it is a Unix socket
	from, to string         // of a Unix socket: this end and the other one
}

// peer returns the address of the other end.
func (e streamEnds) peer() net.Addr {
	if e.local {
		return &net.UnixAddr{Net: "unix", Name: e.to}
	}
	return net.TCPAddrFromAddrPort(e.remote)
}

// newStreamSocket wraps a connected descriptor. The header is what a proxy has said of
// it, or nil. It has no connection yet, which is the place for one.
func (n *Net) newStreamSocket(fd int, ends streamEnds, header *ProxyHeader) (*Conn, socket) {
	var said *localEnd
	if header != nil {
		said = &localEnd{header: header}
	}
	if ends.local {
		s := newLocalSocket(n, fd, ends.from, ends.to)
		s.local = said
		return &s.conn, s
	}
	s := newTCPSocket(n, fd, ends.remote)
	s.local = said
	return &s.conn, s
}
