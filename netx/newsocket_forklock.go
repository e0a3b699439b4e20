//go:build unix && !dragonfly && !freebsd && !linux

package netx

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// newSocket makes a socket that is non-blocking and closed on exec. The lock
// keeps a fork from happening in between, whose child would inherit it.
func newSocket(family, kind int) (int, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	fd, err := unix.Socket(family, kind, 0)
	if err != nil {
		return -1, os.NewSyscallError("socket", err)
	}
	return fd, prepare(fd)
}

// acceptSocket accepts a connection, as newSocket makes them. The error is an
// errno. The listening socket is non-blocking, so the lock is not held for long.
func acceptSocket(fd int) (int, unix.Sockaddr, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	nfd, sa, err := unix.Accept(fd)
	if err != nil {
		return -1, nil, err
	}
	return nfd, sa, prepare(nfd)
}

// prepare sets the flags of a new descriptor, or closes it.
func prepare(fd int) error {
	unix.CloseOnExec(fd)
	if err := unix.SetNonblock(fd, true); err != nil {
		closeFD(fd)
		return err
	}
	return nil
}
