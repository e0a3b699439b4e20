package netx

import (
	"net"
	"net/netip"

	"github.com/spindle-go/spindle/failure"
)

// watching is what the reactor, or the anchor, does for a socket.
type watching uint8

const (
	forInput  watching = 1 << iota // it is a reader
	forOutput                      // it is a writer
	parked                         // neither, and the anchor tells it of the end
)

// tcpSocket is a TCP socket of the operating system, with its connection. Loop
// goroutine only.
//
// Small matters here: there is one for each idle connection.
type tcpSocket struct {
	conn     Conn
	net      *Net
	remote   netip.AddrPort
	local    *localEnd // once somebody has asked for it, or it is closed, or a proxy has said something
	fd       int32     // negative after close
	watching watching
}

// localEnd is what is wanted seldom, so that it has no place of its own in an idle
// connection.
type localEnd struct {
	addr   netip.AddrPort // not valid until the kernel was asked
	header *ProxyHeader   // what a proxy has said of the connection, or nil
}

// newTCPSocket wraps a connected descriptor. It has no connection yet.
func newTCPSocket(n *Net, fd int, remote netip.AddrPort) *tcpSocket {
	return &tcpSocket{net: n, fd: int32(fd), remote: remote}
}

// FD implements reactor.ReadDescriptor and reactor.WriteDescriptor.
func (s *tcpSocket) FD() int { return int(s.fd) }

// DoRead implements reactor.ReadDescriptor. What goes wrong is the connection's
// affair, so the reactor never hears of it.
func (s *tcpSocket) DoRead() error {
	s.conn.readable(s.net.buffer())
	return nil
}

// DoWrite implements reactor.WriteDescriptor.
func (s *tcpSocket) DoWrite() error {
	s.conn.writable()
	return nil
}

// ConnectionLost is called by the reactor, which has forgotten the descriptor by
// then, or by the anchor.
func (s *tcpSocket) ConnectionLost(reason *failure.Failure) {
	s.watching &= parked
	s.conn.lost(reason)
}

// want implements socket. What is added comes first, so that a change of
// direction does not take the descriptor out of the poller and in again.
func (s *tcpSocket) want(read, write bool) error {
	want := watching(0)
	if read {
		want |= forInput
	}
	if write {
		want |= forOutput
	}
	if want == 0 {
		want = parked
	}
	if err := s.add(want &^ s.watching); err != nil {
		return err
	}
	s.remove(s.watching &^ want)
	return nil
}

// add has more watched.
func (s *tcpSocket) add(more watching) error {
	if more&forInput != 0 {
		if err := s.net.r.AddReader(s); err != nil {
			return err
		}
		s.watching |= forInput
	}
	if more&forOutput != 0 {
		if err := s.net.r.AddWriter(s); err != nil {
			return err
		}
		s.watching |= forOutput
	}
	if more&parked != 0 {
		if err := s.net.park(s); err != nil {
			return err
		}
		s.watching |= parked
	}
	return nil
}

// remove has less watched.
func (s *tcpSocket) remove(less watching) {
	s.watching &^= less
	if less&forInput != 0 {
		s.net.r.RemoveReader(s)
	}
	if less&forOutput != 0 {
		s.net.r.RemoveWriter(s)
	}
	if less&parked != 0 {
		s.net.unpark(s)
	}
}

// read implements socket.
func (s *tcpSocket) read(p []byte) (int, error) { return readFD(int(s.fd), p) }

// write implements socket.
func (s *tcpSocket) write(p []byte) (int, error) { return writeFD(int(s.fd), p) }

// writev implements socket.
func (s *tcpSocket) writev(pieces [][]byte) (int, error) { return writevFD(int(s.fd), pieces) }

// closeWrite implements socket.
func (s *tcpSocket) closeWrite() error { return shutdownFD(int(s.fd)) }

// close implements socket. The reactor forgets the descriptor first, since the
// kernel gives its number to the next one who asks.
func (s *tcpSocket) close(abort bool) {
	s.remove(s.watching)
	s.findLocal()
	if abort {
		resetOnClose(int(s.fd))
	}
	closeFD(int(s.fd))
	s.fd = -1
}

// localAddr implements socket.
func (s *tcpSocket) localAddr() net.Addr {
	if h := s.proxyHeader(); h != nil && h.Destination != nil {
		return h.Destination
	}
	s.findLocal()
	return net.TCPAddrFromAddrPort(s.local.addr)
}

// findLocal asks the kernel for the address of this end, once.
func (s *tcpSocket) findLocal() {
	if s.local == nil {
		s.local = &localEnd{}
	}
	if !s.local.addr.IsValid() && s.fd >= 0 {
		s.local.addr = localAddrOf(int(s.fd))
	}
}

// remoteAddr implements socket.
func (s *tcpSocket) remoteAddr() net.Addr {
	if h := s.proxyHeader(); h != nil && h.Source != nil {
		return h.Source
	}
	return net.TCPAddrFromAddrPort(s.remote)
}

// proxyHeader implements proxied.
func (s *tcpSocket) proxyHeader() *ProxyHeader {
	if s.local == nil {
		return nil
	}
	return s.local.header
}

// setNoDelay implements tuner.
func (s *tcpSocket) setNoDelay(on bool) error { return setNoDelayFD(int(s.fd), on) }

// setKeepAlive implements tuner.
func (s *tcpSocket) setKeepAlive(on bool) error { return setKeepAliveFD(int(s.fd), on) }
