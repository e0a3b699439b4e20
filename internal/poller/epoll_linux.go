package poller

import (
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// epoll is the backend on epoll(7), level-triggered. A wait costs time in
// proportion to what is ready.
//
// The kernel keeps a registration by the number and the open file together. It
// forgets it when the last descriptor of the file is closed, and not before: a
// duplicate, in this process, in a child or sent to another, keeps it. This
// leads to the following orders, all of them after a Remove that came too late
// or not yet.
//
//   - Closed, no duplicate: the kernel forgot it, nothing is reported any more,
//     and Remove finds the number unknown (EBADF), or, given out again, to be of
//     a file that is not registered (ENOENT), that cannot be (EPERM), or that is
//     the instance itself (EINVAL).
//   - Closed, but a duplicate lives: its events go on, rightly so before the
//     Remove. After it they carry a token that is not current, and no call can
//     stop them, since the number does not lead to the file any more. They would
//     make every wait return at once. Therefore such an event makes a new
//     instance, with what the table holds.
//   - The number leads to that same file again (dup2), and is added: the kernel
//     says EEXIST where the table has nothing. The old registration is taken
//     over with the new token.
type epoll struct {
	// Fixed after newEpoll.
	table *table
	waker int

	// Loop goroutine only.
	set *epollSet
	buf []unix.EpollEvent
}

// wakerToken is what events of the waker's pipe carry.
const wakerToken Token = 0

// newEpoll makes the backend and its first instance.
func newEpoll(tb *table, wakerFD int) (*epoll, error) {
	e := &epoll{table: tb, waker: wakerFD}
	set, err := e.openSet()
	if err != nil {
		return nil, err
	}
	e.set = set
	return e, nil
}

// openSet makes an instance that watches the waker and what the table holds. A
// registration that the kernel refuses is passed over: its descriptor was closed
// before its Remove, and its number may even be that of the new instance.
func (e *epoll) openSet() (*epollSet, error) {
	set, err := openEpollSet()
	if err != nil {
		return nil, err
	}
	err = set.control(unix.EPOLL_CTL_ADD, e.waker, wakerToken, unix.EPOLLIN)
	for i, s := range e.table.slots {
		if err != nil {
			break
		}
		if s.fd < 0 || s.always {
			continue
		}
		err = set.control(unix.EPOLL_CTL_ADD, int(s.fd), e.table.token(i), epollEvents(s.want))
		if isGone(err) {
			err = nil
		}
	}
	if err != nil {
		return nil, errors.Join(os.NewSyscallError("epoll_ctl", err), set.close())
	}
	return set, nil
}

func (e *epoll) add(fd int, t Token, want Readiness) error {
	err := e.set.control(unix.EPOLL_CTL_ADD, fd, t, epollEvents(want))
	if errors.Is(err, unix.EEXIST) {
		err = e.set.control(unix.EPOLL_CTL_MOD, fd, t, epollEvents(want))
	}
	if errors.Is(err, unix.EPERM) {
		return errAlwaysReady
	}
	return os.NewSyscallError("epoll_ctl", err)
}

func (e *epoll) modify(fd int, t Token, want Readiness) error {
	return os.NewSyscallError("epoll_ctl", e.set.control(unix.EPOLL_CTL_MOD, fd, t, epollEvents(want)))
}

func (e *epoll) remove(fd int, _ Token) error {
	err := e.set.control(unix.EPOLL_CTL_DEL, fd, 0, 0)
	if isGone(err) {
		return nil
	}
	return os.NewSyscallError("epoll_ctl", err)
}

// isGone reports whether epoll_ctl(2) says that the number is no more what was
// registered: not open, of a file that is not registered, or that cannot be,
// the instance itself, or one that waits for it.
func isGone(err error) bool {
	for _, gone := range [...]error{unix.EBADF, unix.ENOENT, unix.EPERM, unix.EINVAL, unix.ELOOP} {
		if errors.Is(err, gone) {
			return true
		}
	}
	return false
}

func (e *epoll) wait(dst []Event, timeout time.Duration) (int, bool, error) {
	if len(e.buf) < len(dst) {
		e.buf = make([]unix.EpollEvent, len(dst))
	}
	// No more is asked for than fits, although the waker may take a place: the
	// kernel takes turns among what it reported, and what were dropped here
	// would count as reported.
	buf := e.buf[:len(dst)]
	var n int
	var err error
	if timeout == 0 {
		n, err = e.set.look(buf)
	} else {
		n, err = e.set.park(buf, timeout)
	}
	if err != nil {
		return 0, false, err
	}
	return e.report(dst, buf[:n])
}

// report translates what the kernel gave.
func (e *epoll) report(dst []Event, got []unix.EpollEvent) (n int, readable bool, err error) {
	stale := false
	for i := range got {
		t := tokenOf(uint32(got[i].Fd), uint32(got[i].Pad))
		switch {
		case t == wakerToken:
			readable = true
		case e.table.find(t) == nil:
			stale = true
		default:
			dst[n] = Event{Token: t, Ready: epollReady(got[i].Events)}
			n++
		}
	}
	if stale {
		err = e.renew()
	}
	if n > 0 {
		err = nil // these first; the stale event comes again, and the error with it
	}
	return n, readable, err
}

// renew replaces the instance, so that the kernel forgets what cannot be
// removed. It costs a system call for each registration.
func (e *epoll) renew() error {
	set, err := e.openSet()
	if err != nil {
		return fmt.Errorf("poller: a descriptor was closed before its Remove and lives on elsewhere: %w", err)
	}
	old := e.set
	e.set = set
	return old.close()
}

func (e *epoll) close() error { return e.set.close() }

// epollEvents translates what is wanted. Hangup and error need not be asked for.
func epollEvents(want Readiness) uint32 {
	var events uint32
	if want&Readable != 0 {
		events |= unix.EPOLLIN
	}
	if want&Writable != 0 {
		events |= unix.EPOLLOUT
	}
	return events
}

// epollReady translates what the kernel reported.
func epollReady(events uint32) Readiness {
	var r Readiness
	if events&unix.EPOLLIN != 0 {
		r |= Readable
	}
	if events&unix.EPOLLOUT != 0 {
		r |= Writable
	}
	if events&unix.EPOLLHUP != 0 {
		r |= Hangup
	}
	if events&unix.EPOLLERR != 0 {
		r |= Fault
	}
	return r
}
