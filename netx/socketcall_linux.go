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
//
// To ask a socket for what every descriptor has, read(2) and write(2), takes the
// kernel a detour through its files, so it is recv and send. Errors call them by
// the names that users know.

// readFD reads what is there, as socket.read.
func readFD(fd int, p []byte) (int, error) {
	n, errno := rawCall(unix.SYS_RECVFROM, fd, unsafe.Pointer(unsafe.SliceData(p)), len(p), 0)
	return readResult(n, errno)
}

// writeFD writes what there is room for, as socket.write.
func writeFD(fd int, p []byte) (int, error) {
	n, errno := rawCall(unix.SYS_SENDTO, fd, unsafe.Pointer(unsafe.SliceData(p)), len(p), unix.MSG_NOSIGNAL)
	return n, callError("write", errno)
}

// writevFD writes what there is room for, as socket.writev.
func writevFD(fd int, pieces [][]byte) (int, error) {
	var vectors [maxPieces]unix.Iovec
	for i, p := range pieces {
		vectors[i].Base = unsafe.SliceData(p)
		vectors[i].SetLen(len(p))
	}
	n, errno := rawCall(unix.SYS_WRITEV, fd, unsafe.Pointer(&vectors[0]), len(pieces), 0)
	return n, callError("writev", errno)
}

// rawCall makes a call of the form (descriptor, pointer, number, flags), with
// nothing more behind them, until no signal interrupts it. Package unix would get
// to the same function through two others.
func rawCall(trap uintptr, fd int, p unsafe.Pointer, n int, flags uintptr) (int, syscall.Errno) {
	for {
		r, _, errno := syscall.RawSyscall6(trap, uintptr(fd), uintptr(p), uintptr(n), flags, 0, 0)
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
