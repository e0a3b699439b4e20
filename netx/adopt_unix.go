//go:build unix

package netx

import (
	"errors"
	"net/netip"
	"os"

	"golang.org/x/sys/unix"
)

// duplicate returns a descriptor for the same socket that is non-blocking and
// closed on exec.
func duplicate(fd int) (int, error) {
	dup, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return -1, os.NewSyscallError("fcntl", err)
	}
	if err := unix.SetNonblock(dup, true); err != nil {
		closeFD(dup)
		return -1, os.NewSyscallError("fcntl", err)
	}
	return dup, nil
}

// connectedPeer returns the peer of a TCP connection.
func connectedPeer(fd int) (netip.AddrPort, error) {
	if err := tcpKind(fd); err != nil {
		return netip.AddrPort{}, err
	}
	sa, err := unix.Getpeername(fd)
	if err != nil {
		return netip.AddrPort{}, os.NewSyscallError("getpeername", err)
	}
	return addrPortOf(sa), nil
}

// listeningSocket says what keeps fd from being listened at. It sets the options
// that its connections begin with.
func listeningSocket(fd int) error {
	if err := tcpKind(fd); err != nil {
		return err
	}
	// Not every system can tell; there the first accept does.
	if on, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ACCEPTCONN); err == nil && on == 0 {
		return errors.New("it does not listen")
	}
	if acceptInherits {
		return prepareTCP(fd)
	}
	return nil
}

// tcpKind says so if fd is no TCP socket.
func tcpKind(fd int) error {
	kind, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TYPE)
	if err != nil {
		return os.NewSyscallError("getsockopt", err)
	}
	if kind != unix.SOCK_STREAM || !localAddrOf(fd).IsValid() {
		return errors.New("it is no TCP socket")
	}
	return nil
}
