//go:build dragonfly || freebsd || linux || netbsd || openbsd

package netx

import "golang.org/x/sys/unix"

// receiveMessage receives bytes and what comes beside them. Descriptors are closed
// on exec.
func receiveMessage(fd int, p, control []byte) (n, size, flags int, err error) {
	n, size, flags, _, err = unix.Recvmsg(fd, p, control, unix.MSG_CMSG_CLOEXEC)
	return n, size, flags, err
}
