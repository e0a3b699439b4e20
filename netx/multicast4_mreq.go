//go:build unix && !linux && !darwin && !freebsd

package netx

import (
	"fmt"
	"net"
	"net/netip"
	"os"

	"golang.org/x/sys/unix"
)

// member4 joins or leaves a group of IPv4. An index of 0 leaves the interface to
// the kernel. The kernel knows interfaces by an address of theirs here.
func member4(fd int, group netip.Addr, index int, join bool) error {
	option := unix.IP_ADD_MEMBERSHIP
	if !join {
		option = unix.IP_DROP_MEMBERSHIP
	}
	addr, err := interfaceAddr(index)
	if err != nil {
		return err
	}
	return os.NewSyscallError("setsockopt", unix.SetsockoptIPMreq(fd, unix.IPPROTO_IP, option,
		&unix.IPMreq{Multiaddr: group.As4(), Interface: addr}))
}

// setMulticastInterface4 sets the interface for output.
func setMulticastInterface4(fd, index int) error {
	addr, err := interfaceAddr(index)
	if err != nil {
		return err
	}
	return os.NewSyscallError("setsockopt", unix.SetsockoptInet4Addr(fd, unix.IPPROTO_IP, unix.IP_MULTICAST_IF, addr))
}

// interfaceAddr returns an address of an interface.
func interfaceAddr(index int) (addr [4]byte, err error) {
	if index == 0 {
		return addr, nil
	}
	i, err := net.InterfaceByIndex(index)
	if err != nil {
		return addr, fmt.Errorf("%w: interface %d: %w", ErrBadAddress, index, err)
	}
	all, err := i.Addrs()
	if err != nil {
		return addr, err
	}
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil {
			return [4]byte(n.IP.To4()), nil
		}
	}
	return addr, fmt.Errorf("%w: interface %d has no address of IPv4", ErrBadAddress, index)
}
