package timeout

import (
	"fmt"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// LoopClock is what a Loop needs of the time. A reactor, a VirtualClock and the
// networks of netx are clocks of this kind. All calls come from the goroutine of
// the loop.
type LoopClock interface {
	deferred.Clock

	// Now is the present time. It must not run backwards: with a reading of the
	// monotonic clock in it, as time.Now gives it, it does not.
	Now() time.Time
}

// Loop calls a function at regular times, one call after the other. NewLoop
// makes one; the zero value is of no use. It is Twisted's LoopingCall.
//
// Start draws a grid: its own time and every multiple of the interval after it.
// The function is called on the grid, however long the calls take. A call is
// over when the Deferred that the function answered with has fired, and until
// then no other begins. The slots that pass meanwhile are not made up for; the
// next call comes with the next one and is told how many there were.
//
// All methods belong to the goroutine of the clock, and none of them blocks.
// The race detector reports a use from another.
type Loop struct {
	// Fixed after NewLoop.
	clock  LoopClock
	f      func(count int) *deferred.Deferred[struct{}]
	report func(*failure.Failure) // nil: a failure ends the run
	tick   func()                 // turn and ended as values, made once
	settle func(struct{}, error) (struct{}, error)

	// Loop goroutine only.
	phase  loopPhase
	run    *loopRun                     // nil while idle
	next   *loopRun                     // started while run was at its end; begins after it
	stop   func() bool                  // takes the call off the clock, while waiting
	answer *deferred.Deferred[struct{}] // what f answered, while in flight
	owner  bool                         // written by every method, read by none
}

// LoopOption is a choice that is made in NewLoop and stays.
type LoopOption func(*Loop)

// GoOnAfterFailure makes a failure of the function one call's affair: report is
// called with it, and the loop goes on with the next slot. Without this option
// the loop stops, and the Deferred of Start fails with the failure.
//
// report is called on the loop's goroutine, once for each failure, and may call
// the methods of the Loop: Stop, to have had enough. If it panics the loop stops
// with that. What a Cancel does to the function's Deferred is not reported. A
// nil report panics.
func GoOnAfterFailure(report func(*failure.Failure)) LoopOption {
	if report == nil {
		panic("timeout: GoOnAfterFailure needs a function that is told of failures, got nil")
	}
	return func(l *Loop) { l.report = report }
}

// NewLoop makes a loop over f, which is not running. A nil clock and a nil f
// panic. Any goroutine; the loop belongs to the one of its clock.
//
// f is told how many slots of the grid have begun since it was called last: 1
// if it kept up, more if calls took longer than a slot. With an interval of 0
// there are no slots and it is told 1. It answers with a Deferred that fires
// when its work is done, or with nil when it is done already. An answer that
// fails and a panic are failures of the function: the loop stops and reports
// them by the Deferred of Start. The option GoOnAfterFailure is the other
// policy.
//
// The loop appends one handler to f's answer and takes a failure off it, so f
// may answer with one fired Deferred again and again.
func NewLoop(clock LoopClock, f func(count int) *deferred.Deferred[struct{}], opts ...LoopOption) *Loop {
	if clock == nil {
		panic("timeout: NewLoop needs a clock, got nil")
	}
	if f == nil {
		panic("timeout: NewLoop needs a function, got nil")
	}
	l := &Loop{clock: clock, f: f}
	l.tick, l.settle = l.turn, l.settled
	for _, opt := range opts {
		opt(l)
	}
	return l
}

// Start begins a run: f is called every so often from now on. With now it is
// called for the first time before Start returns, otherwise when the interval
// has passed. An interval of 0 is as fast as possible, with a turn of the clock
// between any two calls. A negative one panics.
//
// The Deferred that it answers with fires when the run is over:
//
//   - with a value, after Stop;
//   - with f's failure, if that ended the run;
//   - with ErrLoopRunning, at once, if the loop was running already, which goes
//     on as it was.
//
// A Cancel of it stops the run, and is passed on to what f answered. The
// Deferred then fails with deferred.ErrCancelled, or with another failure that
// came of the cancel, as soon as f's Deferred has fired: when it fires nothing
// of the run is left.
//
// A loop can be started again when it was stopped, also from inside f and from
// callbacks of the Deferred. The call that is in flight then, and the callbacks
// of the run that ends, come first: the first call of the new run waits for the
// end of them, and for a turn of the clock. Its grid begins here all the same.
//
// Only the loop fires the Deferred; it panics when it finds it fired by somebody
// else. Start costs two allocations and, for each call of f, what the clock's
// AfterFunc costs: two allocations on the clocks of this project. Loop goroutine
// only.
func (l *Loop) Start(every time.Duration, now bool) *deferred.Deferred[struct{}] {
	l.own()
	if every < 0 {
		panic(fmt.Sprintf("timeout: a Loop needs an interval of zero or more, got %v", every))
	}
	if l.Running() {
		return deferred.Fail[struct{}](ErrLoopRunning)
	}
	r := newLoopRun(l, newGrid(every, l.clock.Now(), now))
	switch {
	case l.phase != loopIdle:
		r.atOnce = now
		l.next = r
	case now:
		l.run = r
		l.turn()
	default:
		l.run = r
		l.wait()
	}
	return r.result
}

// Stop ends the run: f is not called any more, and the Deferred of Start fires
// with a value. If a call of f is in flight it is left to finish, and the
// Deferred fires after it, with its failure if it fails; who cannot wait cancels
// the Deferred. Nothing is left on the clock. It answers ErrLoopNotRunning when
// the loop does not run, which is also so when it was stopped and f has not
// finished. f may call it. Loop goroutine only.
func (l *Loop) Stop() error {
	l.own()
	switch {
	case !l.Running():
		return ErrLoopNotRunning
	case l.next != nil:
		l.dropNext(loopStopped)
	default:
		l.run.asked = loopStopped
		if l.phase == loopWaiting {
			l.stop()
			l.deliver()
		}
	}
	return nil
}

// Reset begins the grid anew: the next call comes a whole interval from now,
// and the others at its multiples. The whole slots that have passed since the
// last call count for the next one. It answers ErrLoopNotRunning as Stop does,
// and ErrLoopInFlight while a call of f is in flight, also inside f: the grid
// stays then, and nothing has changed. These are the rules of Twisted, where a
// reset in flight is passed over in silence. Loop goroutine only.
func (l *Loop) Reset() error {
	l.own()
	switch {
	case !l.Running():
		return ErrLoopNotRunning
	case l.next != nil:
		l.next.grid.restart(l.clock.Now())
		l.next.atOnce = false
	case l.phase != loopWaiting:
		return ErrLoopInFlight
	default:
		l.stop()
		l.run.grid.restart(l.clock.Now())
		l.wait()
	}
	return nil
}

// Running reports whether f is going to be called again: it is true from Start
// on, until Stop, a Cancel or a failure. Then it is false, although a last call
// may be in flight still. Loop goroutine only.
func (l *Loop) Running() bool {
	l.own()
	if l.next != nil {
		return true
	}
	return l.run != nil && l.phase != loopEnding && l.run.asked == loopGoesOn
}

// own is the write by which the race detector sees that two goroutines use the
// loop, as in Queue.
func (l *Loop) own() {
	l.owner = true
}
