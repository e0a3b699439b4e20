//go:build unix && !dragonfly && !freebsd && !linux && !netbsd && !openbsd

package netx

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// receiveMessage receives bytes and what comes beside them. Descriptors are closed
// on exec. The lock keeps a fork from happening before they are; the socket is
// non-blocking, so it is not held for long.
func receiveMessage(fd int, p, control []byte) (n, size, flags int, err error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	n, size, flags, _, err = unix.Recvmsg(fd, p, control, 0)
	if err == nil {
		fds, _ := parseFDs(control[:size])
		for _, fd := range fds {
			unix.CloseOnExec(fd)
		}
	}
	return n, size, flags, err
}
