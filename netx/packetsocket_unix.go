//go:build unix

package netx

import (
	"errors"
	"net/netip"
	"os"

	"golang.org/x/sys/unix"

	"github.com/spindle-go/spindle/failure"
)

// datagramSocket is a socket of the operating system for datagrams, with its
// PacketConn. Loop goroutine only.
type datagramSocket struct {
	conn PacketConn

	// Fixed after it was opened.
	net           *Net
	family        int  // AF_INET, AF_INET6 or AF_UNIX
	dual          bool // of AF_INET6, and takes IPv4 too
	local, remote PacketAddr
	bound         *boundName // of a Unix socket that has a name, else nil

	fd       int // negative after close
	watching watching
	call     datagramCall
}

// FD implements reactor.ReadDescriptor and reactor.WriteDescriptor.
func (s *datagramSocket) FD() int { return s.fd }

// DoRead implements reactor.ReadDescriptor. What goes wrong is the PacketConn's
// affair.
func (s *datagramSocket) DoRead() error {
	s.conn.readable(s.net.buffer())
	return nil
}

// DoWrite implements reactor.WriteDescriptor.
func (s *datagramSocket) DoWrite() error {
	s.conn.writable()
	return nil
}

// ConnectionLost is called by the reactor, which has forgotten the descriptor by
// then, or by the anchor.
func (s *datagramSocket) ConnectionLost(reason *failure.Failure) {
	s.watching &= parked
	s.conn.lost(reason)
}

// want implements packetSocket.
func (s *datagramSocket) want(read, write bool) error {
	if err := s.watch(read, write); err != nil {
		return err
	}
	s.unwatch(!read, !write)
	return nil
}

// watch has more watched. While nothing is, the anchor tells of the end.
func (s *datagramSocket) watch(read, write bool) error {
	if !read && !write && s.watching&parked == 0 {
		if err := s.net.hold(s); err != nil {
			return err
		}
		s.watching |= parked
	}
	if read && s.watching&forInput == 0 {
		if err := s.net.r.AddReader(s); err != nil {
			return err
		}
		s.watching |= forInput
	}
	if write && s.watching&forOutput == 0 {
		if err := s.net.r.AddWriter(s); err != nil {
			return err
		}
		s.watching |= forOutput
	}
	return nil
}

// unwatch has less watched.
func (s *datagramSocket) unwatch(read, write bool) {
	if s.watching&parked != 0 && !(read && write) {
		s.watching &^= parked
		s.net.release(s)
	}
	if read && s.watching&forInput != 0 {
		s.watching &^= forInput
		s.net.r.RemoveReader(s)
	}
	if write && s.watching&forOutput != 0 {
		s.watching &^= forOutput
		s.net.r.RemoveWriter(s)
	}
}

// send implements packetSocket.
func (s *datagramSocket) send(p []byte, to PacketAddr) error {
	if to.IsValid() {
		var err error
		if to, err = s.reachable(to); err != nil {
			return err
		}
	}
	err := s.call.send(s.fd, p, to)
	switch {
	case err == nil:
		return nil
	case !errors.Is(err, unix.EAGAIN) && !errors.Is(err, unix.ENOBUFS):
		return os.NewSyscallError("sendto", err)
	case s.family == unix.AF_UNIX && !s.remote.IsValid():
		// It is the queue of the receiver that is full, and this socket stays
		// writable all the time.
		return &tagged{ErrBufferFull, os.NewSyscallError("sendto", err)}
	case errors.Is(err, unix.ENOBUFS):
		return errNoRoom
	}
	return errWouldBlock
}

// reachable returns the address that the kernel is to be told, or why there is no
// way from a socket of this kind.
func (s *datagramSocket) reachable(to PacketAddr) (PacketAddr, error) {
	if s.family == unix.AF_UNIX {
		if to.IP.IsValid() {
			return to, badKind(to, "a Unix socket")
		}
		return to, checkPeerName(to.Name, maxLocalName)
	}
	if !to.IP.IsValid() {
		return to, badKind(to, "UDP")
	}
	addr := to.IP.Addr().Unmap()
	switch {
	case addr.Is4() && s.family == unix.AF_INET, addr.Is6() && s.family == unix.AF_INET6:
	case addr.Is4() && s.dual:
		addr = netip.AddrFrom16(addr.As16()) // which is how such a socket writes it
	case addr.Is4():
		return to, badKind(to, "a socket for IPv6 only")
	default:
		return to, badKind(to, "a socket for IPv4")
	}
	return PacketAddr{IP: netip.AddrPortFrom(addr, to.IP.Port())}, nil
}

// receive implements packetSocket.
func (s *datagramSocket) receive(p []byte) (int, PacketAddr, bool, error) {
	n, from, truncated, err := s.call.receive(s.fd, p)
	switch {
	case err == nil:
		return n, from, truncated, nil
	case errors.Is(err, unix.EAGAIN):
		return 0, PacketAddr{}, false, errWouldBlock
	}
	return 0, PacketAddr{}, false, os.NewSyscallError("recvfrom", err)
}

// close implements packetSocket.
func (s *datagramSocket) close() {
	s.net.release(s)
	s.unwatch(true, true)
	if s.bound != nil {
		s.bound.remove()
	}
	closeFD(s.fd)
	s.fd = -1
}

// localAddr and remoteAddr implement packetSocket.
func (s *datagramSocket) localAddr() PacketAddr  { return s.local }
func (s *datagramSocket) remoteAddr() PacketAddr { return s.remote }

// packetAddrOf turns the kernel's address into ours.
func packetAddrOf(sa unix.Sockaddr) PacketAddr {
	if local, ok := sa.(*unix.SockaddrUnix); ok {
		return PacketAddr{Name: localNameOf(local, nil)}
	}
	return PacketAddr{IP: addrPortOf(sa)}
}
