package netx

import (
	"errors"
	"net"
)

// localSocket is a Unix stream socket, with its connection. It is watched, read
// and written as one of TCP. There is no RST: a peer learns of an Abort as of a
// Close, or by ECONNRESET if it had sent what was not read. Loop goroutine only.
type localSocket struct {
	tcpSocket // without its addresses; of local only the header is used
	from, to  string
	passing   *localFDs // nil if there never were any
}

// newLocalSocket wraps a connected descriptor. It has no connection yet.
func newLocalSocket(n *Net, fd int, local, remote string) *localSocket {
	return &localSocket{tcpSocket: tcpSocket{net: n, fd: int32(fd)}, from: local, to: remote}
}

// close implements socket.
func (s *localSocket) close(bool) {
	s.remove(s.watching)
	s.closeFDs()
	closeFD(int(s.fd))
	s.fd = -1
}

// localAddr implements socket.
func (s *localSocket) localAddr() net.Addr {
	if h := s.proxyHeader(); h != nil && h.Destination != nil {
		return h.Destination
	}
	return &net.UnixAddr{Net: "unix", Name: s.from}
}

// remoteAddr implements socket.
func (s *localSocket) remoteAddr() net.Addr {
	if h := s.proxyHeader(); h != nil && h.Source != nil {
		return h.Source
	}
	return &net.UnixAddr{Net: "unix", Name: s.to}
}

// setNoDelay and setKeepAlive implement tuner: here there is no such choice.
func (s *localSocket) setNoDelay(bool) error   { return errors.ErrUnsupported }
func (s *localSocket) setKeepAlive(bool) error { return errors.ErrUnsupported }
