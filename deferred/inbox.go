package deferred

import (
	"context"
	"errors"

	"github.com/spindle-go/spindle/failure"
)

// Inbox is where the result of a Deferred comes in that a [Strand] waits for. It
// serves one wait after another, so that a wait allocates nothing.
type Inbox[T any] struct {
	strand *strand // fixed
	value  T
	fail   *failure.Failure
}

// NewInbox returns an inbox of w's.
func NewInbox[T any](w Waiter) *Inbox[T] { return &Inbox[T]{strand: w.waiter()} }

// Wait makes the work wait for d, and answers true; then the work has to yield, and
// goes on when the result is there. It answers false when there is nothing to wait
// for, since d is at rest, has another consumer, or waits for the work itself.
// Either way Take gives the result after that.
//
// The result is moved, as by Chain: d is left with the zero value.
func (i *Inbox[T]) Wait(d *Deferred[T]) bool {
	if v, f, ready := d.Poll(); ready {
		i.value, i.fail = v, f
		if f != nil {
			i.fail = i.strand.out.handed(f)
		}
		return false
	}
	s := i.strand
	if d.state != pending && (s.out == node(d) || closesCycle(s.out, d)) {
		i.fail = failure.New(ErrChainCycle)
		return false
	}
	d.marks |= consumed
	s.wait(d)
	d.handlers.push(i)
	return true
}

// Take returns what has come in, and forgets it. The error is a *failure.Failure
// or nil.
func (i *Inbox[T]) Take() (T, error) {
	v, f := i.value, i.fail
	i.value, i.fail = *new(T), nil
	if f != nil {
		return v, f
	}
	return v, nil
}

// handle takes the result of d, which is running, and has the work go on. It is
// called by resume.
//
// If the work is over, d is held until the Deferred of the work has run its
// handlers. What these add to d waits for that, as it would if they were called
// from here.
func (i *Inbox[T]) handle(d *Deferred[T]) (next node) {
	s := i.strand
	if s.abandoned {
		i.drop(d)
		return nil
	}
	v, f, _ := d.take()
	i.value, i.fail, s.on = v, f, nil
	s.settleIn()
	if f != nil {
		i.fail = s.out.handed(f)
	}
	returned := false
	defer func() {
		if !returned {
			// The work called runtime.Goexit. That is its own failure, not d's,
			// whose other handlers have their turn before the goroutine ends,
			// also if a handler of the work's Deferred calls it again.
			defer func() {
				d.state = settled
				d.start()
			}()
			s.die()
		}
	}()
	waits := s.proceed()
	returned = true
	if waits {
		d.state = settled
		return nil
	}
	d.state = held
	return s.whole.over()
}

// drop lets go of the result of d, since nobody waits for it any more, and it was
// for nobody else. That d was cancelled is what was asked for; another failure
// stays with d, to be reported.
func (i *Inbox[T]) drop(d *Deferred[T]) {
	if f := d.failed(); f == nil || errors.Is(f, context.Canceled) || errors.Is(f, ErrAbandoned) {
		_, _, _ = d.take()
	}
	d.state = settled
}

func (i *Inbox[T]) consumer() node {
	if i.strand.abandoned {
		return nil
	}
	return i.strand.out
}

// Poll takes the result out of d if it is there, and is the one consumer then: d is
// left with the zero value. f is nil for a value. If another Deferred or a
// coroutine takes the result, f says so, as ErrAlreadyChained. Not ready is a d
// that has not fired, is paused, or has handlers to run; nothing has changed then.
//
// It costs a few nanoseconds. Loop goroutine only.
func (d *Deferred[T]) Poll() (v T, f *failure.Failure, ready bool) {
	switch {
	case d.marks&consumed != 0:
		return v, failure.New(ErrAlreadyChained), true
	case !d.atRest():
		return v, nil, false
	}
	d.marks |= consumed
	v, f, _ = d.take()
	return v, f, true
}
