//go:build dragonfly || freebsd || linux

package netx

import (
	"os"

	"golang.org/x/sys/unix"
)

// newSocket makes a socket that is non-blocking and closed on exec.
func newSocket(family, kind int) (int, error) {
	fd, err := unix.Socket(family, kind|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	return fd, os.NewSyscallError("socket", err)
}

// acceptSocket accepts a connection, as newSocket makes them. The error is an
// errno.
func acceptSocket(fd int) (int, unix.Sockaddr, error) {
	return unix.Accept4(fd, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
}
