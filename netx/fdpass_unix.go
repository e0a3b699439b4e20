//go:build unix

package netx

import (
	"errors"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// controlBuffer returns where descriptors are received to.
func (n *Net) controlBuffer() []byte {
	if n.control == nil {
		n.control = make([]byte, unix.CmsgSpace(4*maxFDs))
	}
	return n.control
}

// sendFDs is writeFD with descriptors.
func sendFDs(fd int, p []byte, fds []int) (int, error) {
	rights := unix.UnixRights(fds...)
	for {
		n, err := unix.SendmsgN(fd, p, rights, nil, 0)
		switch {
		case err == nil:
			return n, nil
		case errors.Is(err, unix.EAGAIN):
			return 0, errWouldBlock
		case errors.Is(err, unix.ENOBUFS), errors.Is(err, unix.ENOMEM):
			return 0, errNoRoom
		case !errors.Is(err, unix.EINTR):
			return 0, os.NewSyscallError("sendmsg", err)
		}
	}
}

// receiveFDs is readFD that also takes descriptors, at most limit of them. They are
// the caller's, whatever else is answered. With ErrFDsLost there are none: some
// were lost, and the rest is closed.
func receiveFDs(fd int, p, control []byte, limit int) (int, []int, error) {
	// The kernel would use room that is there by being rounded up.
	control = control[:unix.CmsgLen(4*limit)]
	for {
		n, size, flags, err := receiveMessage(fd, p, control)
		switch {
		case err == nil:
			fds, whole := parseFDs(control[:size])
			if !whole || flags&unix.MSG_CTRUNC != 0 {
				closeFDs(fds)
				return 0, nil, ErrFDsLost
			}
			if n == 0 {
				return 0, fds, io.EOF
			}
			return n, fds, nil
		case errors.Is(err, unix.EAGAIN):
			return 0, nil, errWouldBlock
		case errors.Is(err, unix.ENOBUFS), errors.Is(err, unix.ENOMEM):
			return 0, nil, errNoRoom
		case !errors.Is(err, unix.EINTR):
			return 0, nil, os.NewSyscallError("recvmsg", err)
		}
	}
}

// parseFDs returns the descriptors in what has come beside the bytes, and whether
// it could read all of that.
func parseFDs(control []byte) (fds []int, whole bool) {
	messages, err := unix.ParseSocketControlMessage(control)
	whole = err == nil
	for i := range messages {
		if m := &messages[i]; m.Header.Level == unix.SOL_SOCKET && m.Header.Type == unix.SCM_RIGHTS {
			some, err := unix.ParseUnixRights(m)
			fds = append(fds, some...)
			whole = whole && err == nil
		}
	}
	return fds, whole
}
