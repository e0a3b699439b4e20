//go:build linux || darwin || freebsd

package netx

import (
	"net/netip"
	"os"

	"golang.org/x/sys/unix"
)

// member4 joins or leaves a group of IPv4. An index of 0 leaves the interface to
// the kernel.
func member4(fd int, group netip.Addr, index int, join bool) error {
	option := unix.IP_ADD_MEMBERSHIP
	if !join {
		option = unix.IP_DROP_MEMBERSHIP
	}
	return os.NewSyscallError("setsockopt", unix.SetsockoptIPMreqn(fd, unix.IPPROTO_IP, option,
		&unix.IPMreqn{Multiaddr: group.As4(), Ifindex: int32(index)}))
}

// setMulticastInterface4 sets the interface for output.
func setMulticastInterface4(fd, index int) error {
	return os.NewSyscallError("setsockopt", unix.SetsockoptIPMreqn(fd, unix.IPPROTO_IP, unix.IP_MULTICAST_IF,
		&unix.IPMreqn{Ifindex: int32(index)}))
}
