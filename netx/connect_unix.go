//go:build unix

package netx

import (
	"errors"
	"net/netip"
	"os"

	"golang.org/x/sys/unix"
)

// openConnecting makes a socket and begins to connect it. When it has become
// writable, connectResult tells what came of it.
func openConnecting(local, remote netip.AddrPort) (int, error) {
	sa, err := sockaddrOf(remote)
	if err != nil {
		return -1, err
	}
	fd, err := newSocket(familyOf(remote.Addr()), unix.SOCK_STREAM)
	if err != nil {
		return -1, err
	}
	if err = prepareTCP(fd); err == nil {
		err = bindLocal(fd, local)
	}
	if err == nil {
		err = beginConnect(fd, sa)
	}
	if err != nil {
		closeFD(fd)
		return -1, err
	}
	return fd, nil
}

// bindLocal gives the socket the address to connect from, if there is one.
func bindLocal(fd int, local netip.AddrPort) error {
	if !local.IsValid() {
		return nil
	}
	sa, err := sockaddrOf(netip.AddrPortFrom(local.Addr().Unmap(), local.Port()))
	if err != nil {
		return err
	}
	return os.NewSyscallError("bind", unix.Bind(fd, sa))
}

// beginConnect calls connect. After a signal the kernel goes on with it by
// itself.
func beginConnect(fd int, sa unix.Sockaddr) error {
	err := unix.Connect(fd, sa)
	if errors.Is(err, unix.EINPROGRESS) || errors.Is(err, unix.EINTR) || errors.Is(err, unix.EALREADY) {
		return nil
	}
	return os.NewSyscallError("connect", err)
}

// connectResult returns the peer's address if fd is connected, or why it will not
// be. Neither is possible too, and then the address is not valid: an event may
// come without a cause.
func connectResult(fd int) (peer netip.AddrPort, err error) {
	errno, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if err != nil {
		return peer, os.NewSyscallError("getsockopt", err)
	}
	switch e := unix.Errno(errno); e {
	case 0:
	case unix.EINPROGRESS, unix.EALREADY, unix.EINTR:
		return peer, nil
	default:
		return peer, os.NewSyscallError("connect", e)
	}
	sa, err := unix.Getpeername(fd)
	if err != nil {
		return peer, nil //nolint:nilerr // not connected yet
	}
	if peer = addrPortOf(sa); localAddrOf(fd) == peer {
		// The kernel chose the very port that is being dialled as the local one,
		// and TCP lets two who open at the same time meet: the socket speaks with
		// itself. Nobody is there.
		return netip.AddrPort{}, os.NewSyscallError("connect", unix.ECONNREFUSED)
	}
	return peer, nil
}
