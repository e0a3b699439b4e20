//go:build unix

package netx

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// adoptPacket makes a PacketConn of a descriptor that is ours now.
func (n *Net) adoptPacket(fd int, p PacketProtocol, opts []Option) (*PacketConn, error) {
	n.env.own()
	s := &datagramSocket{net: n, fd: fd}
	if err := s.adopt(); err != nil {
		closeFD(fd)
		return nil, unfit(nil, err)
	}
	if err := n.beginPacket(s, p, n.config(opts), nil); err != nil {
		if isPanicError(err) {
			return nil, err
		}
		return nil, adoptError(s.local, err)
	}
	return &s.conn, nil
}

// adopt finds out what kind of socket it is that somebody else has made.
func (s *datagramSocket) adopt() error {
	sa, err := socketOf(s.fd, unix.SOCK_DGRAM)
	if err != nil {
		return err
	}
	s.local = packetAddrOf(sa)
	switch sa.(type) {
	case *unix.SockaddrUnix:
		s.family = unix.AF_UNIX
	case *unix.SockaddrInet4:
		s.family = unix.AF_INET
	default:
		s.family = unix.AF_INET6
		only6, err := unix.GetsockoptInt(s.fd, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY)
		if err != nil {
			return os.NewSyscallError("getsockopt", err)
		}
		at := s.local.IP.Addr()
		s.dual = only6 == 0 && (at.IsUnspecified() || at.Is4())
	}
	switch err := s.askPeer(); {
	case errors.Is(err, unix.ENOTCONN), errors.Is(err, unix.EINVAL):
		return nil // it has none
	case err != nil:
		return err
	case !s.remote.IsValid():
		return errors.New("its peer has no name, as those of socketpair have none")
	}
	return nil
}
