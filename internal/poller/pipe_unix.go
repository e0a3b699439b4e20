//go:build unix

package poller

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// errBadDescriptor is the errno for a number that is no open descriptor.
const errBadDescriptor = unix.EBADF

// pipe is the waker's pipe. Both ends are non-blocking and closed on exec.
// A pipe and not an eventfd: it is the same on every Unix, and was measured to
// be as fast.
type pipe struct {
	r, w int

	// Buffers, which would otherwise be allocated where the race detector looks
	// into system calls.
	out [1]byte  // the writer's, never changed
	in  [64]byte // the loop's
}

// newPipe wraps what the platform's openPipe got from the kernel.
func newPipe(fds []int, err error) (pipe, error) {
	if err != nil {
		return pipe{}, os.NewSyscallError("pipe", err)
	}
	return pipe{r: fds[0], w: fds[1]}, nil
}

// owns reports whether fd is one of the ends.
func (p *pipe) owns(fd int) bool { return fd == p.r || fd == p.w }

// reader returns the end to be watched.
func (p *pipe) reader() int { return p.r }

// signal writes one byte and reports whether it did. A full pipe is success.
func (p *pipe) signal() (bool, error) {
	for {
		n, err := unix.Write(p.w, p.out[:])
		switch {
		case err == nil:
			return n == 1, nil
		case errors.Is(err, unix.EAGAIN):
			return false, nil
		case !errors.Is(err, unix.EINTR):
			return false, os.NewSyscallError("write", err)
		}
	}
}

// drain reads what is there. One read is enough: there is a byte for every
// poster that was held up, and what is left over ends the next wait, no more.
func (p *pipe) drain() error {
	for {
		_, err := unix.Read(p.r, p.in[:])
		switch {
		case err == nil, errors.Is(err, unix.EAGAIN):
			return nil
		case !errors.Is(err, unix.EINTR):
			return os.NewSyscallError("read", err)
		}
	}
}

// close closes both ends.
func (p *pipe) close() error {
	return errors.Join(
		os.NewSyscallError("close", unix.Close(p.w)),
		os.NewSyscallError("close", unix.Close(p.r)),
	)
}
