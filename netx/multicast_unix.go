//go:build unix

package netx

import (
	"errors"
	"net/netip"
	"os"

	"golang.org/x/sys/unix"
)

// The methods below implement packetTuner. A socket that takes both families has
// the options of both.

func (s *datagramSocket) setBroadcast(on bool) error {
	if s.family == unix.AF_UNIX {
		return errors.ErrUnsupported
	}
	return setOption(s.fd, unix.SOL_SOCKET, unix.SO_BROADCAST, number(on))
}

func (s *datagramSocket) setBuffer(input bool, size int) error {
	if input {
		return setOption(s.fd, unix.SOL_SOCKET, unix.SO_RCVBUF, size)
	}
	return setOption(s.fd, unix.SOL_SOCKET, unix.SO_SNDBUF, size)
}

func (s *datagramSocket) setMulticastTTL(hops int) error {
	return s.forFamilies(
		func() error { return setSmallOption(s.fd, unix.IP_MULTICAST_TTL, hops) },
		func() error { return setOption(s.fd, unix.IPPROTO_IPV6, unix.IPV6_MULTICAST_HOPS, hops) },
	)
}

func (s *datagramSocket) setMulticastLoopback(on bool) error {
	return s.forFamilies(
		func() error { return setSmallOption(s.fd, unix.IP_MULTICAST_LOOP, number(on)) },
		func() error { return setOption(s.fd, unix.IPPROTO_IPV6, unix.IPV6_MULTICAST_LOOP, number(on)) },
	)
}

func (s *datagramSocket) setMulticastInterface(iface string) error {
	index, err := zoneID(iface)
	if err != nil {
		return err
	}
	return s.forFamilies(
		func() error { return setMulticastInterface4(s.fd, int(index)) },
		func() error { return setOption(s.fd, unix.IPPROTO_IPV6, unix.IPV6_MULTICAST_IF, int(index)) },
	)
}

func (s *datagramSocket) member(group netip.Addr, iface string, join bool) error {
	index, err := zoneID(iface)
	switch {
	case err != nil:
		return err
	case s.family == unix.AF_UNIX:
		return errors.ErrUnsupported
	case group.Is6() && s.family != unix.AF_INET6:
		return badKind(PacketAddr{IP: netip.AddrPortFrom(group, 0)}, "a socket for IPv4")
	case group.Is4() && s.family == unix.AF_INET6 && !s.dual:
		return badKind(PacketAddr{IP: netip.AddrPortFrom(group, 0)}, "a socket for IPv6 only")
	case group.Is4():
		return member4(s.fd, group, int(index), join)
	}
	option := unix.IPV6_JOIN_GROUP
	if !join {
		option = unix.IPV6_LEAVE_GROUP
	}
	return os.NewSyscallError("setsockopt", unix.SetsockoptIPv6Mreq(s.fd, unix.IPPROTO_IPV6, option,
		&unix.IPv6Mreq{Multiaddr: group.As16(), Interface: index}))
}

// forFamilies sets an option of each family that the socket takes.
func (s *datagramSocket) forFamilies(of4, of6 func() error) error {
	switch {
	case s.family == unix.AF_INET:
		return of4()
	case s.family != unix.AF_INET6:
		return errors.ErrUnsupported
	case s.dual:
		return errors.Join(of4(), of6())
	}
	return of6()
}
