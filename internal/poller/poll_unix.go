//go:build unix

package poller

import (
	"errors"
	"fmt"
	"math"
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// poll is the backend on poll(2). A wait, and so each zero poll, costs time in
// proportion to the highest place of the table in use, in the kernel and here.
//
// The place of a registration is its place in the array that the kernel gets,
// one further, since the waker's pipe stands first. A free place has a negative
// descriptor, which the kernel passes over.
//
// The kernel looks a number up at each wait. So a descriptor that was closed
// before its Remove is Invalid, at every wait, and one whose number was given
// out again reports for the new file until the Remove.
type poll struct {
	// Fixed after newPoll.
	table *table
	limit int // of the array

	// Loop goroutine only.
	fds     []unix.PollFd
	next    int           // the place at which the next report begins, so that each gets its turn
	longest time.Duration // the limit of one call
}

// newPoll makes the backend; it opens nothing.
func newPoll(tb *table, wakerFD int) *poll {
	return &poll{
		table:   tb,
		limit:   pollLimit(),
		fds:     []unix.PollFd{{Fd: int32(wakerFD), Events: unix.POLLIN}},
		longest: longestWait,
	}
}

// pollLimit returns how many descriptors one call takes. macOS has a limit of its
// own beside that of the process (OPEN_MAX), and answers EINVAL past it, when it
// would be too late to say which registration was one too many.
func pollLimit() int {
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		return 10_240
	}
	return math.MaxInt32
}

// add asks whether fd is open, which poll(2) itself would only say later.
func (p *poll) add(fd int, t Token, want Readiness) error {
	if t.Index()+1 >= p.limit {
		return fmt.Errorf("%w: poll takes %d here, the waker among them", ErrTooManyDescriptors, p.limit)
	}
	if err := checkOpen(fd); err != nil {
		return err
	}
	for len(p.fds) <= t.Index()+1 {
		p.fds = append(p.fds, unix.PollFd{Fd: -1})
	}
	p.fds[t.Index()+1].Fd = int32(fd)
	return p.modify(fd, t, want)
}

func (p *poll) modify(_ int, t Token, want Readiness) error {
	at := &p.fds[t.Index()+1]
	at.Events = 0
	if want&Readable != 0 {
		at.Events |= unix.POLLIN
	}
	if want&Writable != 0 {
		at.Events |= unix.POLLOUT
	}
	return nil
}

// remove frees the place, and the end of the array as far as it is free, with its
// memory when three quarters are.
func (p *poll) remove(_ int, t Token) error {
	p.fds[t.Index()+1] = unix.PollFd{Fd: -1}
	for p.fds[len(p.fds)-1].Fd < 0 {
		p.fds = p.fds[:len(p.fds)-1]
	}
	if size := cap(p.fds); size > keepSlots && len(p.fds) <= size/4 {
		p.fds = append(make([]unix.PollFd, 0, max(2*len(p.fds), keepSlots)), p.fds...)
	}
	return nil
}

func (p *poll) wait(dst []Event, timeout time.Duration) (int, bool, error) {
	n, err := unix.Poll(p.fds, milliseconds(min(timeout, p.longest)))
	if errors.Is(err, unix.EINTR) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, os.NewSyscallError("poll", err)
	}
	readable := p.fds[0].Revents != 0
	if readable {
		n--
	}
	return p.report(dst, n), readable, nil
}

// report translates what the kernel marked, of which there are ready.
func (p *poll) report(dst []Event, ready int) int {
	n, count := 0, len(p.fds)-1
	for range count {
		if n == len(dst) || n == ready {
			break
		}
		p.next++
		if p.next >= count {
			p.next = 0
		}
		if at := &p.fds[p.next+1]; at.Revents != 0 {
			dst[n] = Event{Token: p.table.token(p.next), Ready: pollReady(at)}
			n++
		}
	}
	return n
}

func (p *poll) close() error { return nil }

// pollReady translates the answer for one descriptor.
func pollReady(at *unix.PollFd) Readiness {
	var r Readiness
	if at.Revents&unix.POLLIN != 0 {
		r |= Readable
	}
	if at.Revents&unix.POLLOUT != 0 {
		r |= Writable
	}
	if at.Revents&unix.POLLHUP != 0 {
		r |= Hangup
	}
	if at.Revents&unix.POLLERR != 0 {
		r |= Fault
	}
	if at.Revents&unix.POLLNVAL != 0 {
		r |= Invalid
	}
	return r
}

// milliseconds returns the timeout in the form of poll(2): rounded up, negative
// for no limit, and no more than 32 bits hold.
func milliseconds(timeout time.Duration) int {
	return int(min(unitsOf(timeout, time.Millisecond), math.MaxInt32))
}

// checkOpen answers EBADF when fd is not an open descriptor.
func checkOpen(fd int) error {
	_, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
	return os.NewSyscallError("fcntl", err)
}
