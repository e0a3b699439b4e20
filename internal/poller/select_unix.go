//go:build unix

package poller

import (
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// selectLimit is the first number that does not fit the set of select(2):
// 1024 nearly everywhere, 256 on NetBSD.
const selectLimit = unix.FD_SETSIZE

// selector is the backend on select(2). A wait costs time in proportion to the
// highest descriptor in use.
//
// select(2) knows two answers, so an end of file and a connection that was
// reset are Readable, a write that would fail is Writable, and there is never a
// Hangup or a Fault. A registration that asks for nothing is in no set, and
// nothing at all is reported of it, not even Invalid.
//
// One descriptor that is not open makes the whole call fail. Then each is
// tested alone, the bad ones are Invalid, and the call is done again for the
// rest; so it costs a system call for each descriptor until they are removed.
// As with poll(2), a number that was given out again before the Remove reports
// for the new file.
type selector struct {
	// Fixed after newSelect.
	table *table
	waker int

	// Loop goroutine only.
	read, write       unix.FdSet // what is asked for
	canRead, canWrite unix.FdSet // the answer of the last call
	bad               unix.FdSet // found not to be open by the last wait
	bound             int        // one more than the highest descriptor in read and write
	next              int        // the descriptor at which the next report begins, so that each gets its turn
	longest           time.Duration
}

// newSelect makes the backend; it opens nothing. It fails when the waker's own
// pipe lies past the limit, in a process that has many descriptors open.
func newSelect(tb *table, wakerFD int) (*selector, error) {
	if err := checkLimit(wakerFD); err != nil {
		return nil, err
	}
	s := &selector{table: tb, waker: wakerFD, bound: wakerFD + 1, longest: longestWait}
	s.read.Set(wakerFD)
	return s, nil
}

// checkLimit answers ErrTooManyDescriptors with the number and the limit.
func checkLimit(fd int) error {
	if fd < selectLimit {
		return nil
	}
	return fmt.Errorf("%w: select takes numbers below %d, and this is %d", ErrTooManyDescriptors, selectLimit, fd)
}

func (s *selector) add(fd int, t Token, want Readiness) error {
	if err := checkLimit(fd); err != nil {
		return err
	}
	if err := checkOpen(fd); err != nil {
		return err
	}
	return s.modify(fd, t, want)
}

func (s *selector) modify(fd int, _ Token, want Readiness) error {
	put(&s.read, fd, want&Readable != 0)
	put(&s.write, fd, want&Writable != 0)
	if want != 0 {
		s.bound = max(s.bound, fd+1)
	}
	for !s.read.IsSet(s.bound-1) && !s.write.IsSet(s.bound-1) {
		s.bound-- // ends at the waker, if not before
	}
	return nil
}

func (s *selector) remove(fd int, t Token) error { return s.modify(fd, t, 0) }

func (s *selector) wait(dst []Event, timeout time.Duration) (int, bool, error) {
	s.bad.Zero()
	err := s.call(timeout)
	if errors.Is(err, unix.EBADF) {
		if err := s.findBad(); err != nil {
			return 0, false, err
		}
		err = s.call(0)
	}
	switch {
	case err == nil:
	case errors.Is(err, unix.EINTR), errors.Is(err, unix.EBADF):
		// A signal, or somebody closed another one meanwhile: the sets say
		// nothing, and the next wait will. What is known to be bad stands.
		s.canRead.Zero()
		s.canWrite.Zero()
	default:
		return 0, false, os.NewSyscallError("select", err)
	}
	return s.report(dst), s.canRead.IsSet(s.waker), nil
}

// call asks the kernel about every descriptor that is not known to be bad.
func (s *selector) call(timeout time.Duration) error {
	s.canRead, s.canWrite = s.read, s.write
	for i, bad := range s.bad.Bits {
		s.canRead.Bits[i] &^= bad
		s.canWrite.Bits[i] &^= bad
	}
	if timeout < 0 {
		_, err := unix.Select(s.bound, &s.canRead, &s.canWrite, nil, nil)
		return err
	}
	limit := microseconds(min(timeout, s.longest))
	_, err := unix.Select(s.bound, &s.canRead, &s.canWrite, nil, &limit)
	return err
}

// findBad tests each descriptor alone. That the waker's own is bad is an error:
// somebody closed a number that was not his.
func (s *selector) findBad() error {
	if err := checkOpen(s.waker); err != nil {
		return err
	}
	for fd := range s.bound {
		if (s.read.IsSet(fd) || s.write.IsSet(fd)) && checkOpen(fd) != nil {
			s.bad.Set(fd)
		}
	}
	return nil
}

// report translates what the last call and findBad marked.
func (s *selector) report(dst []Event) int {
	n := 0
	for range s.bound {
		if n == len(dst) {
			break
		}
		s.next++
		if s.next >= s.bound {
			s.next = 0
		}
		ready := s.ready(s.next)
		if ready == 0 || s.next == s.waker {
			continue
		}
		if t, ok := s.table.findFD(s.next); ok {
			dst[n] = Event{Token: t, Ready: ready}
			n++
		}
	}
	return n
}

// ready returns what is known of one descriptor.
func (s *selector) ready(fd int) Readiness {
	if s.bad.IsSet(fd) {
		return Invalid
	}
	var r Readiness
	if s.canRead.IsSet(fd) {
		r |= Readable
	}
	if s.canWrite.IsSet(fd) {
		r |= Writable
	}
	return r
}

func (s *selector) close() error { return nil }

// put makes fd a member of the set, or not.
func put(set *unix.FdSet, fd int, member bool) {
	if member {
		set.Set(fd)
	} else {
		set.Clear(fd)
	}
}

// microseconds returns a timeout that is not negative in the form of select(2),
// rounded up.
func microseconds(timeout time.Duration) unix.Timeval {
	return unix.NsecToTimeval(unitsOf(timeout, time.Microsecond) * int64(time.Microsecond))
}
