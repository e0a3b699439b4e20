package deferred

import (
	"errors"

	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/internal/goroutine"
)

// Strand is work that waits for other Deferreds, one at a time, and the Deferred
// of what comes of it. It is what chain.Async is made of. The zero value is ready
// for Start; it must not be copied.
//
// The work is a sequence that iter.Pull has made a coroutine of: it yields when it
// has to wait for an [Inbox], and calls Finish before it ends. While it waits, its
// Deferred stands as one made by Then does: it cannot be fired from outside, a
// Cancel goes to what is waited for, and a cycle is noticed. While it runs, a
// Cancel does nothing: there is nothing to cancel.
type Strand[T any] struct {
	core  strand
	out   Deferred[T]
	value T
	err   error
	body  any // the function to name as the place of err
}

// strand is a Strand without its type: as its loop and its inboxes see it.
//
//	from       what happens                        to
//	---------  ----------------------------------  ---------
//	new        Start                               runs
//	runs       an Inbox waits, the work yields     waits
//	waits      the Inbox has the result            runs
//	waits      the loop is closed                  abandoned
//	runs       the sequence ends                   over
//	abandoned  the sequence ends, or its goroutine over
//
// It waits if on is set. That it is over is known to the Deferred alone.
type strand struct {
	// Fixed after Start.
	out   node                     // the Deferred
	whole interface{ over() node } // the Strand
	next  func() (struct{}, bool)  // has the work go on, and answers true if it waits again
	stop  func()                   // has the work end in its wait
	noted bool                     // the Deferred has a record

	// Loop goroutine only; the work's while it runs.
	loop      *Turns  // where the work was begun, or was woken by now; or nil
	on        node    // what is waited for
	goroutine uintptr // which the work runs on, from Entered to Finish
	abandoned bool
	beganOn   uintptr // the goroutine that called Start, while there is no loop
	listed    bool    // in the loop's list, or among the strays
	older     *strand // in that list
	newer     *strand // in that list
}

// Waiter is a [Strand] of any type.
type Waiter interface{ waiter() *strand }

func (s *Strand[T]) waiter() *strand { return &s.core }

// Start begins the work, of which iter.Pull gave next and stop, and returns the
// Deferred of its result. It is called once. body is the function that an error of
// the work is going to name as its place. The work belongs to the loop that calls,
// or if none does to the one that the calling goroutine is next, or that wakes it:
// see [Turns].
func (s *Strand[T]) Start(next func() (struct{}, bool), stop func(), body any) *Deferred[T] {
	s.body = body
	if attentive() {
		s.out.watch(nil)
	}
	s.core = strand{out: &s.out, whole: s, next: next, stop: stop, loop: loopHere(), noted: s.out.marks&traced != 0}
	if s.core.loop == nil {
		s.core.beganOn = goroutine.Current()
	}
	s.out.state, s.out.other = bound, &s.core
	returned := false
	defer func() {
		if !returned {
			s.core.die()
		}
	}()
	waits := s.core.proceed()
	returned = true
	if !waits {
		s.over()
		s.out.start()
	}
	return &s.out
}

// Entered tells s that the calling goroutine is the one that the work runs on. The
// work calls it first of all.
func (s *Strand[T]) Entered() {
	s.core.goroutine = goroutine.Current()
	if s.core.loop != nil {
		s.core.loop.current.Store(s.core.goroutine)
	}
}

// Finish gives the result of the work, and says that its goroutine is about to
// end. The work calls it last of all. err may be the answer of a Chain.
func (s *Strand[T]) Finish(v T, err error) {
	s.value, s.err = v, err
	s.core.goroutine = 0
}

// Here reports whether the calling goroutine is the one that the work runs on.
func (s *Strand[T]) Here() bool { return s.core.goroutine == goroutine.Current() }

// MayWait reports whether the work may wait for something that is not there yet.
// Once its loop is being closed it may not, as nobody would wake it.
func (s *Strand[T]) MayWait() bool { return s.core.loop == nil || !s.core.loop.closed }

// over makes what Finish was given the result, and returns the Deferred, which
// somebody has to start. s lets go of what it does not need any more, since it
// lives as long as its Deferred.
func (s *Strand[T]) over() node {
	v, err, body := s.value, s.err, s.body
	s.value, s.err, s.body = *new(T), nil, nil
	abandoned := err != nil && !s.MayWait() && errors.Is(err, ErrAbandoned)
	s.core.unlist()
	s.core.next, s.core.stop = nil, nil
	s.out.other = nil
	s.out.state = running // so that the answer is taken as a callback's is
	s.out.answer(v, err, body)
	if s.core.noted {
		s.out.noteOver(body)
	}
	if s.out.state == running {
		s.out.state = settled
	}
	if abandoned {
		s.out.marks |= observed // that a loop was closed is no news
	}
	return &s.out
}

// proceed has the work go on, and answers true if it waits again.
func (s *strand) proceed() (waits bool) {
	outer := s.enter()
	_, waits = s.next()
	s.leave(outer)
	return waits
}

// settleIn makes the loop that wakes the work the one that it belongs to: of work
// that was begun before there was a loop, and where one loop runs inside another on
// the same goroutine. The loop of another goroutine gives nothing away.
func (s *strand) settleIn() {
	here := loopHere()
	if here == nil || here == s.loop || s.loop != nil && !s.loop.Here() {
		return
	}
	s.unlist()
	s.loop = here
}

// enter makes the goroutine of the work the loop, and returns which was it.
func (s *strand) enter() (outer uintptr) {
	if s.loop == nil {
		return 0
	}
	outer = s.loop.current.Load()
	if s.goroutine != 0 {
		s.loop.current.Store(s.goroutine)
	}
	return outer
}

// leave takes back enter.
func (s *strand) leave(outer uintptr) {
	if s.loop != nil {
		s.loop.current.Store(outer)
	}
}

// die is called when the work has ended its goroutine with runtime.Goexit, and the
// one that had it go on is ending as well for that. All that waits for the result
// has to hear of it before.
func (s *strand) die() {
	s.leave(goroutine.Current())
	s.goroutine = 0
	s.unlist()
	s.out.giveUp(failure.New(ErrGoexit))
}

// wait notes what the work waits for.
func (s *strand) wait(on node) {
	s.on = on
	if s.noted {
		s.out.noteWait(on)
	}
	if !s.listed {
		s.list()
	}
}

// abandon ends work that waits. What it waits for is cancelled first, so that work
// of its own is over before this is. A panic there, of the target of a PassCancelTo,
// is reported: nobody has called Cancel whom it could reach.
func (s *strand) abandon() {
	on := s.on
	s.on, s.abandoned = nil, true
	defer s.end() // also if the cancel ends the goroutine
	defer func() {
		if v := recover(); v != nil {
			unhandled.orphan(failure.Recovered(v))
		}
	}()
	for on != nil {
		on = on.cancel()
	}
}

// end has abandoned work end.
func (s *strand) end() {
	returned := false
	defer func() {
		if !returned {
			s.die()
		}
	}()
	outer := s.enter()
	s.stop()
	s.leave(outer)
	returned = true
	s.whole.over().start()
}

// list puts s at the head of its loop's list, or among the strays.
func (s *strand) list() {
	s.listed = true
	if s.loop == nil {
		strays.add(s)
		return
	}
	s.link(s.loop.newest)
	s.loop.newest = s
}

// unlist takes back list.
func (s *strand) unlist() {
	switch {
	case !s.listed:
		return
	case s.loop == nil:
		strays.remove(s)
	default:
		if s.loop.newest == s {
			s.loop.newest = s.older
		}
		s.unlink()
	}
	s.listed = false
}

// link puts s before the newest of a list.
func (s *strand) link(newest *strand) {
	s.older = newest
	if newest != nil {
		newest.newer = s
	}
}

// unlink takes s out from between its neighbours.
func (s *strand) unlink() {
	if s.older != nil {
		s.older.newer = s.newer
	}
	if s.newer != nil {
		s.newer.older = s.older
	}
	s.older, s.newer = nil, nil
}
