package timeout

import (
	"errors"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// loopPhase says what a Loop is doing.
//
//	from      what happens                                     to
//	--------  -----------------------------------------------  --------
//	idle      Start, with now                                  calling
//	idle      Start, without                                   waiting
//	waiting   the clock's call                                 calling
//	waiting   the clock's call, too early; Reset               waiting
//	waiting   Stop, Cancel                                     ending
//	calling   f answered with a Deferred that has not fired    inFlight
//	calling   f is done                                        waiting
//	inFlight  f's Deferred has fired                           waiting
//	calling   f is done, and failed, or the run was given up   ending
//	inFlight  f's Deferred has fired, and the same             ending
//	ending    the Deferred of Start has fired                  idle
//	ending    the same, and another run was started meanwhile  waiting
//
// Only waiting has a call on the clock. User code runs in all of them but idle
// and waiting, and may call any method of the Loop there.
type loopPhase uint8

const (
	loopIdle     loopPhase = iota
	loopWaiting            // for the clock
	loopCalling            // f has not returned
	loopInFlight           // f has returned, its Deferred has not fired
	loopEnding             // the Deferred of Start is being fired
)

// loopRequest is what a run was asked for.
type loopRequest uint8

const (
	loopGoesOn loopRequest = iota
	loopStopped
	loopCancelled
)

// loopRun is what lies between a Start and the end that it tells of. Each has a
// Deferred and a grid of its own, so a run that was started while another ends
// is not confused with it.
type loopRun struct {
	// Fixed by Start.
	loop   *Loop
	result *deferred.Deferred[struct{}]

	// Loop goroutine only.
	grid    grid
	atOnce  bool // began while another run ended: its first call is not on the grid but as soon as may be
	asked   loopRequest
	failure *failure.Failure // of f, when it ended the run
}

func newLoopRun(l *Loop, g grid) *loopRun {
	r := &loopRun{loop: l, grid: g}
	r.result = deferred.New[struct{}]().PassCancelTo(r)
	return r
}

// Cancel is called when the Deferred of Start is cancelled before it has fired.
func (r *loopRun) Cancel() {
	l := r.loop
	l.own()
	if r == l.next {
		l.dropNext(loopCancelled)
		return
	}
	r.asked = loopCancelled
	switch {
	case l.phase == loopWaiting:
		l.stop()
		l.deliver()
	case l.answer != nil:
		l.answer.Cancel()
	}
}

// cut reports whether f's failure is no more than what the Cancel asked for.
func (r *loopRun) cut(f *failure.Failure) bool {
	return r.asked == loopCancelled && errors.Is(f, deferred.ErrCancelled)
}

// fire tells the end of the run.
func (r *loopRun) fire() {
	var err error
	switch {
	case r.failure != nil:
		err = r.result.Errback(r.failure)
	case r.asked == loopCancelled:
		err = r.result.Errback(deferred.ErrCancelled)
	default:
		err = r.result.Callback(struct{}{})
	}
	if err != nil {
		panic("timeout: only the loop fires the Deferred that Start gave: " + err.Error())
	}
}

// wait puts the next call on the clock.
func (l *Loop) wait() {
	l.phase = loopWaiting
	l.stop = l.clock.AfterFunc(l.run.grid.untilNext(l.clock.Now()), l.tick)
}

// turn calls f. A clock that calls too early, perhaps since it counts in steps
// that are coarser than those of Now, makes it wait for the rest of the slot.
func (l *Loop) turn() {
	l.own()
	count := l.run.grid.enter(l.clock.Now())
	if count == 0 {
		l.wait()
		return
	}
	l.phase = loopCalling
	answer, broken := guarded(l.f, count, l.done)
	switch {
	case broken != nil:
		l.done(broken)
	case answer == nil:
		l.done(nil)
	case answer == l.run.result:
		l.done(failure.New(deferred.ErrChainCycle))
	default:
		l.await(answer)
	}
}

// await goes on when f's answer has fired. If it has already, everything is done
// within AddBoth, and the phase is another.
func (l *Loop) await(answer *deferred.Deferred[struct{}]) {
	answer.AddBoth(l.settle)
	if l.phase != loopCalling {
		return
	}
	l.phase = loopInFlight
	l.answer = answer
	if l.run.asked == loopCancelled { // by f itself, when there was no answer yet
		answer.Cancel()
	}
}

// settled is the handler of f's answer. The failure is the loop's from here on.
func (l *Loop) settled(_ struct{}, err error) (struct{}, error) {
	l.own()
	l.answer = nil
	if err != nil {
		l.done(failure.New(err))
	} else {
		l.done(nil)
	}
	return struct{}{}, nil
}

// done is called when f is done, with its failure or nil.
func (l *Loop) done(f *failure.Failure) {
	r := l.run
	if f != nil && !r.cut(f) {
		r.failure = l.judge(f)
	}
	if r.failure != nil || r.asked != loopGoesOn {
		l.deliver()
		return
	}
	l.wait()
}

// judge gives what of a failure is to end the run: all of it, or nothing if the
// user's handler takes it.
func (l *Loop) judge(f *failure.Failure) *failure.Failure {
	if l.report == nil {
		return f
	}
	_, broken := guarded(func(f *failure.Failure) struct{} {
		l.report(f)
		return struct{}{}
	}, f, func(gone *failure.Failure) {
		l.run.failure = gone
		l.deliver()
	})
	return broken
}

// deliver fires the Deferred of the run that is over, and begins the one that was
// started meanwhile, if any. Its first call waits for the clock: so however
// often a loop is started at its own end, neither does the stack grow nor does
// the turn become endless. A runtime.Goexit in a callback does not keep it from
// that.
func (l *Loop) deliver() {
	l.phase = loopEnding
	defer func() {
		l.run, l.next = l.next, nil
		switch {
		case l.run == nil:
			l.phase = loopIdle
		case l.run.atOnce:
			l.phase = loopWaiting
			l.stop = l.clock.AfterFunc(0, l.tick)
		default:
			l.wait()
		}
	}()
	l.run.fire()
}

// dropNext ends the run that was to begin and never did.
func (l *Loop) dropNext(how loopRequest) {
	r := l.next
	l.next = nil
	r.asked = how
	r.fire()
}
