package poller

import (
	"errors"
	"os"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// epollSet is one epoll instance that a goroutine can wait on without blocking
// an OS thread: its descriptor is itself non-blocking and pollable, so an
// os.File around it is parked in Go's own netpoller.
//
// The netpoller is edge-triggered, what is in the instance is level-triggered.
// That fits for these reasons. RawConn.Read first forgets old edges, then calls
// try, and parks only when try found nothing; a descriptor that becomes ready
// after that is a new edge, and one that was ready before is found by try. What
// the caller left unread is found by the next try in the same way. An edge
// without an event (another wait took it, or a descriptor went away) makes try
// find nothing, and the goroutine parks again.
//
// The file belongs to the set; Fd is never called on it, which would make it
// blocking.
type epollSet struct {
	// Fixed after openEpollSet.
	fd   int
	file *os.File
	raw  syscall.RawConn
	try  func(uintptr) bool // tryOnce, made once so that a wait allocates nothing

	// Loop goroutine only.
	armed time.Time         // the deadline that the file has; zero is none
	buf   []unix.EpollEvent // where tryOnce puts what it finds
	found int
	err   error
}

// openEpollSet makes an instance and puts it into the netpoller.
func openEpollSet() (*epollSet, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		return nil, errors.Join(os.NewSyscallError("fcntl", err), unix.Close(fd))
	}
	s := &epollSet{fd: fd, file: os.NewFile(uintptr(fd), "epoll")}
	s.try = s.tryOnce
	if s.raw, err = s.file.SyscallConn(); err == nil {
		// NewFile is silent about a file that the netpoller refused; this is not.
		err = s.file.SetReadDeadline(time.Time{})
	}
	if err != nil {
		return nil, errors.Join(err, s.file.Close())
	}
	return s, nil
}

// control is epoll_ctl(2); the events of fd will carry t.
func (s *epollSet) control(op, fd int, t Token, events uint32) error {
	ev := unix.EpollEvent{Events: events, Fd: int32(uint32(t)), Pad: int32(t.Generation())}
	return unix.EpollCtl(s.fd, op, fd, &ev)
}

// look asks without waiting. It is a raw system call: it cannot block, so the
// scheduler need not be told, which is worth an eighth of all requests on a
// busy loop. It is never interrupted by a signal, but nothing is lost if it is.
func (s *epollSet) look(buf []unix.EpollEvent) (int, error) {
	for {
		n, _, errno := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(s.fd),
			uintptr(unsafe.Pointer(&buf[0])), uintptr(len(buf)), 0, 0, 0)
		if errno == 0 {
			return int(n), nil
		}
		if errno != unix.EINTR {
			return 0, os.NewSyscallError("epoll_pwait", errno)
		}
	}
}

// park asks, and parks the goroutine until there is an event or the timeout is
// over; negative is no limit. It may come back early with nothing.
func (s *epollSet) park(buf []unix.EpollEvent, timeout time.Duration) (int, error) {
	if err := s.arm(timeout); err != nil {
		return 0, err
	}
	s.buf = buf
	err := s.raw.Read(s.try)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return 0, nil // perhaps that of an earlier wait: the Poller looks at the clock
	}
	if err != nil {
		return 0, err
	}
	return s.found, s.err
}

// tryOnce is what the netpoller calls: false parks the goroutine.
func (s *epollSet) tryOnce(uintptr) bool {
	s.found, s.err = s.look(s.buf)
	return s.found > 0 || s.err != nil
}

// arm sees to it that the file's deadline ends a wait of this timeout no later
// than it should. To set one costs a lock and a timer of the runtime, so one
// that lies ahead and is not too late is left as it is: a loop with a timer far
// away sets it once, not at every wait. When it goes off, the wait comes back
// early, the Poller asks again, and by then it has passed and is replaced. A
// deadline that has passed must not stay: RawConn.Read would fail before it
// calls try.
func (s *epollSet) arm(timeout time.Duration) error {
	if timeout < 0 && s.armed.IsZero() {
		return nil
	}
	now, at := time.Now(), time.Time{}
	if timeout >= 0 {
		at = now.Add(timeout)
	}
	if s.armed.After(now) && (at.IsZero() || !s.armed.After(at)) {
		return nil
	}
	s.armed = at
	return s.file.SetReadDeadline(at)
}

// close gives the descriptor back.
func (s *epollSet) close() error { return s.file.Close() }
