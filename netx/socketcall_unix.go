//go:build unix && !linux

package netx

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// readFD reads what is there, as socket.read.
func readFD(fd int, p []byte) (int, error) {
	n, errno := uninterrupted(func() (int, error) { return unix.Read(fd, p) })
	return readResult(n, errno)
}

// writeFD writes what there is room for, as socket.write.
func writeFD(fd int, p []byte) (int, error) {
	n, errno := uninterrupted(func() (int, error) { return unix.Write(fd, p) })
	return n, callError("write", errno)
}

// writevFD writes what there is room for, as socket.writev. Not every system here
// has the call.
func writevFD(fd int, pieces [][]byte) (int, error) {
	total := 0
	for _, p := range pieces {
		if len(p) == 0 {
			continue
		}
		n, err := writeFD(fd, p)
		total += n
		if err != nil && total == 0 {
			return 0, err
		}
		if n < len(p) {
			break
		}
	}
	return total, nil
}

// uninterrupted makes a call until no signal interrupts it.
func uninterrupted(call func() (int, error)) (int, syscall.Errno) {
	for {
		n, err := call()
		if err == nil {
			return n, 0
		}
		var errno syscall.Errno
		if !errors.As(err, &errno) {
			return 0, unix.EIO // package unix answers nothing but errnos
		}
		if errno != unix.EINTR {
			return 0, errno
		}
	}
}

// callError is what a socket answers for an errno.
func callError(call string, errno syscall.Errno) error {
	switch errno {
	case 0:
		return nil
	case unix.EAGAIN:
		return errWouldBlock
	case unix.ENOBUFS, unix.ENOMEM:
		return errNoRoom
	}
	return os.NewSyscallError(call, errno)
}
