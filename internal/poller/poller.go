package poller

import (
	"errors"
	"fmt"
	"math"
	"os"
	"syscall"
)

// Poller waits for descriptors. New makes one; the zero value is not usable.
//
// One goroutine, the loop, calls its methods. Wake, Wakeups and Kind alone may
// be called by any goroutine, at any time. That the loop is one goroutine is
// not checked, but the race detector reports a second one.
type Poller struct {
	// Fixed after New.
	kind    Kind
	backend backend
	waker   *waker // has its own rules

	// Loop goroutine only.
	owner       bool // written by every method of the loop, for the race detector's eyes
	table       table
	always      alwaysReady
	alwaysFirst bool // whose turn it was to fill the events first, see look
	busy        int  // what Wait found to do without waiting since it last gave way, see busyLimit
}

// New returns a Poller that waits with the given kind. It opens the waker's
// pipe, and an epoll instance for Epoll; these are closed by Close, and by New
// when it fails. ErrUnsupported where the platform has no such call;
// ErrTooManyDescriptors from Select when the pipe itself is past its limit; an
// *os.SyscallError when the kernel refuses. Any goroutine may call it.
func New(kind Kind) (*Poller, error) {
	if kind == Best {
		kind = Default()
	}
	w, err := newWaker()
	if err != nil {
		return nil, fmt.Errorf("poller: waker: %w", err)
	}
	p := &Poller{kind: kind, waker: w}
	if p.backend, err = open(kind, &p.table, w.pipe.reader()); err != nil {
		_, closeErr := w.close()
		return nil, errors.Join(err, closeErr)
	}
	return p, nil
}

// Kind returns what the Poller waits with; never Best. Any goroutine may call it.
func (p *Poller) Kind() Kind { return p.kind }

// Add registers fd for what is wanted, which may be 0, and returns the token
// that its events will carry. The descriptor stays the caller's to close, after
// Remove. Loop goroutine only; it does not block and costs a system call.
//
// Errors: ErrClosed; ErrInterest; ErrTooManyDescriptors from Select and on
// macOS from Poll; and as an *os.SyscallError EBADF for a number that is not
// open, EEXIST for one that is registered and not yet removed, EINVAL for one of
// the Poller's own, and what else the kernel says. After an error nothing is
// registered.
func (p *Poller) Add(fd int, want Readiness) (Token, error) {
	p.owner = true
	if err := p.admit(fd, want); err != nil {
		return 0, err
	}
	t := p.table.next()
	err := p.backend.add(fd, t, want)
	always := errors.Is(err, errAlwaysReady)
	if err != nil && !always {
		return 0, fmt.Errorf("poller: add descriptor %d: %w", fd, err)
	}
	p.table.insert(t, fd, want, always)
	if always {
		p.always.add(t, want)
	}
	return t, nil
}

// admit checks what can be said of a registration without the kernel.
func (p *Poller) admit(fd int, want Readiness) error {
	if p.waker.is(closed) {
		return ErrClosed
	}
	if err := checkInterest(want); err != nil {
		return err
	}
	var errno error
	if _, taken := p.table.findFD(fd); taken {
		errno = syscall.EEXIST
	} else if fd < 0 || fd > math.MaxInt32 {
		errno = errBadDescriptor
	} else if p.waker.pipe.owns(fd) {
		errno = syscall.EINVAL
	}
	if errno != nil {
		return fmt.Errorf("poller: descriptor %d: %w", fd, os.NewSyscallError("add", errno))
	}
	return nil
}

// checkInterest refuses what cannot be asked for.
func checkInterest(want Readiness) error {
	if want&^interest != 0 {
		return fmt.Errorf("%w: not %v", ErrInterest, want&^interest)
	}
	return nil
}

// Modify changes what is wanted of a registration. With 0 it stays registered
// and only Hangup and Fault are reported, by Epoll and Poll and at every Wait
// for as long as they last, so that the caller has to Remove it then; Poll adds
// Invalid. Select reports nothing, nor does Poll on macOS. Loop goroutine only; it
// does not block, allocates nothing, and costs a system call with Epoll if the
// interest changes.
//
// Errors: ErrClosed; ErrInterest; ErrStaleToken; and from Epoll an
// *os.SyscallError with EBADF, ENOENT or EPERM when the descriptor was closed
// behind the Poller's back (with Poll and Select, Wait tells). After an error
// the interest is what it was.
func (p *Poller) Modify(t Token, want Readiness) error {
	p.owner = true
	if p.waker.is(closed) {
		return ErrClosed
	}
	if err := checkInterest(want); err != nil {
		return err
	}
	s := p.table.find(t)
	if s == nil {
		return ErrStaleToken
	}
	if s.want == want {
		return nil
	}
	if s.always {
		p.always.modify(t, want)
	} else if err := p.backend.modify(int(s.fd), t, want); err != nil {
		return fmt.Errorf("poller: modify descriptor %d: %w", s.fd, err)
	}
	s.want = want
	return nil
}

// Remove ends a registration. No later Wait returns its token, and Current
// answers false from now on. It should come before the descriptor is closed,
// and is also right after that, whatever the number means by then. Loop
// goroutine only; it does not block and costs a system call with Epoll.
//
// Errors: ErrClosed; ErrStaleToken. The registration is gone even if the kernel
// gives another error.
func (p *Poller) Remove(t Token) error {
	p.owner = true
	if p.waker.is(closed) {
		return ErrClosed
	}
	s := p.table.find(t)
	if s == nil {
		return ErrStaleToken
	}
	fd, always := int(s.fd), s.always
	p.table.remove(t)
	if always {
		p.always.remove(t)
		return nil
	}
	if err := p.backend.remove(fd, t); err != nil {
		return fmt.Errorf("poller: remove descriptor %d: %w", fd, err)
	}
	return nil
}

// Find returns the token of the registration of a number. Loop goroutine only; it
// costs a look into a slice.
func (p *Poller) Find(fd int) (Token, bool) {
	p.owner = true
	return p.table.findFD(fd)
}

// Current reports whether t is registered. Ask it before each event of a batch
// is dispatched: what ran for an earlier one may have removed it, and closed
// the descriptor, and registered the same number anew. Loop goroutine only; it
// costs a look into a slice.
func (p *Poller) Current(t Token) bool {
	p.owner = true
	return p.table.find(t) != nil
}

// Len returns the number of registrations; the waker is none. Loop goroutine only.
func (p *Poller) Len() int {
	p.owner = true
	return p.table.len()
}

// Wakeups returns how many bytes were written to the waker's pipe so far, which
// is at most one for each Wait. Any goroutine may call it.
func (p *Poller) Wakeups() uint64 { return p.waker.written.Load() }

// Wake ends the Wait that the loop is in or about to block in; it returns 0
// events, unless there are some. Put what the loop is to find into the queue
// first. If the loop is awake, Wake does nothing and leaves no trace: it is the
// work function of Wait that makes the next one look. ErrClosed after Close;
// otherwise nil, or what the kernel says of the pipe. Any goroutine may call it,
// also while Close runs; it does not block. It costs an atomic load while the
// loop is awake, and one system call for each sleep.
func (p *Poller) Wake() error { return p.waker.wake() }

// Close gives back what New opened, drops all registrations and makes every
// method answer ErrClosed that can. The registered descriptors stay open; they
// are the caller's. A second call does nothing. Loop goroutine only, or any
// other once the loop has ended: never while Wait runs.
func (p *Poller) Close() error {
	p.owner = true
	first, err := p.waker.close()
	if !first {
		return nil
	}
	p.table, p.always = table{}, alwaysReady{}
	return errors.Join(p.backend.close(), err)
}
