package load

import (
	"errors"
	"os"
	"runtime"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// epoll waits for the events of many descriptors. One goroutine uses it; only wake
// may be called by any.
type epoll struct {
	fd     int
	waker  int // an eventfd, under the slot wakerSlot
	events [256]unix.EpollEvent
	quiet  int // how often in turn there was nothing
}

// wakerSlot is the slot of the waker's events; the others are the caller's.
const wakerSlot = -1

// openEpoll makes one. It is closed with close.
func openEpoll() (*epoll, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	waker, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return nil, errors.Join(os.NewSyscallError("eventfd", err), unix.Close(fd))
	}
	e := &epoll{fd: fd, waker: waker}
	if err := e.control(unix.EPOLL_CTL_ADD, waker, wakerSlot, unix.EPOLLIN); err != nil {
		return nil, errors.Join(err, e.close())
	}
	return e, nil
}

// control is epoll_ctl(2); the events will carry the slot.
func (e *epoll) control(op, fd, slot int, events uint32) error {
	ev := unix.EpollEvent{Events: events, Fd: int32(slot)}
	return os.NewSyscallError("epoll_ctl", unix.EpollCtl(e.fd, op, fd, &ev))
}

// wake ends a wait that is under way, and all later ones. The counter of an eventfd
// takes more of these than there can be.
func (e *epoll) wake() {
	one := [8]byte{1}
	_, _ = unix.Write(e.waker, one[:])
}

func (e *epoll) close() error {
	return errors.Join(os.NewSyscallError("close", unix.Close(e.waker)), os.NewSyscallError("close", unix.Close(e.fd)))
}

const (
	// spins is how often poll asks in vain before it blocks: about 30 microseconds,
	// in which a busy server answers. A client that sleeps at once has the server
	// wake it at each answer, and that is counted as the server's time.
	spins = 64
	// slack is how late the kernel may end a wait; so much is spun.
	slack = 100 * time.Microsecond
)

// wait returns the events there are, or those that come within the timeout. It
// asks without blocking first, and lets other goroutines go on in between.
func (e *epoll) wait(timeout time.Duration) ([]unix.EpollEvent, error) {
	n, err := e.look()
	if n > 0 || err != nil {
		e.quiet = 0
		return e.events[:n], err
	}
	if e.quiet++; e.quiet <= spins || timeout <= slack {
		runtime.Gosched()
		return nil, nil
	}
	n, err = e.block(timeout - slack)
	if n > 0 {
		e.quiet = 0
	}
	return e.events[:n], err
}

// look asks without blocking. It is a raw system call, since it cannot hold up the
// thread.
func (e *epoll) look() (int, error) {
	n, _, errno := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(e.fd),
		uintptr(unsafe.Pointer(&e.events[0])), uintptr(len(e.events)), 0, 0, 0)
	return counted(int(n), "epoll_pwait", errno)
}

// block asks and waits. A kernel before 5.11 knows whole milliseconds only; then the
// rest is spun.
func (e *epoll) block(timeout time.Duration) (int, error) {
	ts := unix.NsecToTimespec(int64(timeout))
	n, _, errno := unix.Syscall6(unix.SYS_EPOLL_PWAIT2, uintptr(e.fd),
		uintptr(unsafe.Pointer(&e.events[0])), uintptr(len(e.events)), uintptr(unsafe.Pointer(&ts)), 0, 0)
	if errno != unix.ENOSYS {
		return counted(int(n), "epoll_pwait2", errno)
	}
	found, err := unix.EpollWait(e.fd, e.events[:], int(timeout/time.Millisecond))
	if err == unix.EINTR {
		return 0, nil
	}
	return found, os.NewSyscallError("epoll_wait", err)
}

// counted is the result of a wait: an interrupted one has found nothing.
func counted(n int, call string, errno syscall.Errno) (int, error) {
	switch errno {
	case 0:
		return n, nil
	case unix.EINTR:
		return 0, nil
	}
	return 0, os.NewSyscallError(call, errno)
}

// transfer is read(2) or write(2) of a non-blocking descriptor, which cannot hold up
// the thread either.
func transfer(trap uintptr, fd int, p []byte) (int, syscall.Errno) {
	for {
		n, _, errno := unix.RawSyscall(trap, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)))
		if errno != unix.EINTR {
			return int(n), errno
		}
	}
}

// discard is recvfrom(2) with MSG_TRUNC, likewise.
func discard(fd int, p []byte) (int, syscall.Errno) {
	for {
		n, _, errno := unix.RawSyscall6(unix.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), unix.MSG_TRUNC, 0, 0)
		if errno != unix.EINTR {
			return int(n), errno
		}
	}
}
