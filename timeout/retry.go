package timeout

import (
	"errors"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// Retry calls f until an attempt has a value, and gives a Deferred of that
// value. Between attempts it waits as the policy says, see Policy; the zero
// Policy will do for a start. The first attempt is made before Retry returns.
//
// f is told which attempt it is, from 1, and answers with its Deferred. The
// result is moved out of it, as by Chain, so f answers with another one each
// time; one whose result is gone fails with deferred.ErrAlreadyChained.
//
// When it gives up the Deferred fails with a *RetryError, in which errors.Is
// sees the last error, and why: ErrNoAttemptsLeft, ErrPermanent or ErrDeadline.
// Permanent are errors marked with the function Permanent, those that the
// policy calls so, and faults of the program: any panic of f or of a callback of
// its Deferred, an answer of nil, which is ErrNoAnswer, and one whose result is
// gone.
//
// A Cancel during a wait takes the delayed call off the clock, and the Deferred
// fails with deferred.ErrCancelled. A Cancel during an attempt is passed on to
// it, and the Deferred fires with what comes of that, whatever it is: there is
// no further attempt. In all cases nothing of it is left on the clock when the
// Deferred fires.
//
// Only Retry fires the Deferred; it panics when it finds it fired by somebody
// else. A nil clock, a nil f and a policy that is out of range panic. It does
// not block, and takes no more stack for a million attempts than for one.
// Beside the attempts it costs a delayed call for each wait, one for the
// deadline, and a handful of allocations. Loop goroutine only.
func Retry[T any](clock deferred.Clock, p Policy, f func(attempt int) *deferred.Deferred[T]) *deferred.Deferred[T] {
	if clock == nil {
		panic("timeout: Retry needs a clock, got nil")
	}
	if f == nil {
		panic("timeout: Retry needs a function, got nil")
	}
	p = p.filled()
	r := &retry[T]{clock: clock, policy: p, f: f, backoff: newBackoff(p)}
	r.result = deferred.New[T]().PassCancelTo(r)
	if p.Deadline > 0 {
		r.stopDeadline = clock.AfterFunc(p.Deadline, r.expire)
	}
	r.try()
	return r.result
}

// retry is one Retry under way.
type retry[T any] struct {
	// Fixed by Retry.
	clock        deferred.Clock
	policy       Policy
	f            func(attempt int) *deferred.Deferred[T]
	result       *deferred.Deferred[T]
	stopDeadline func() bool // nil without a deadline

	// Loop goroutine only.
	phase    retryPhase
	end      retryEnd
	attempts int
	attempt  *deferred.Deferred[struct{}] // in flight
	last     error                        // what the last attempt failed with
	backoff  backoff
	stopWait func() bool // takes the wait off the clock, while waiting
}

// retryPhase says what a Retry is doing.
//
//	from      what happens                                    to
//	--------  ----------------------------------------------  --------
//	trying    the attempt failed, and another is worth while  waiting
//	trying    it has a value, or failed for good              over
//	waiting   the clock's call                                trying
//	waiting   Cancel, or the deadline                         over
//
// Only waiting has the call for another attempt on the clock.
type retryPhase uint8

const (
	retryTrying retryPhase = iota
	retryWaiting
	retryOver
)

// retryEnd is what was asked of a Retry before its time; the first counts.
type retryEnd uint8

const (
	retryGoesOn    retryEnd = iota
	retryCancelled          // by its Deferred
	retryExpired            // by the deadline
)

// try makes an attempt. It is what the clock calls.
func (r *retry[T]) try() {
	r.phase = retryTrying
	r.attempts++
	answer, broken := guarded(r.f, r.attempts, r.breakOff)
	switch {
	case broken != nil:
		r.breakOff(broken)
	case answer == nil:
		r.breakOff(failure.New(ErrNoAnswer))
	case answer == r.result:
		r.breakOff(failure.New(deferred.ErrChainCycle))
	default:
		r.await(answer)
	}
}

// breakOff ends it with an attempt that had no Deferred.
func (r *retry[T]) breakOff(f *failure.Failure) {
	r.last = f
	r.giveUp(ErrPermanent)
}

// await goes on when the attempt has fired. If it has already, everything is
// done within ThenBoth, and the phase is another.
func (r *retry[T]) await(answer *deferred.Deferred[T]) {
	attempt := deferred.ThenBoth(answer, r.tried)
	if r.phase != retryTrying {
		return
	}
	r.attempt = attempt
	if r.end != retryGoesOn { // cancelled by f itself, when there was no attempt yet
		attempt.Cancel()
	}
}

// tried takes the result of an attempt.
func (r *retry[T]) tried(v T, err error) (struct{}, error) {
	r.attempt = nil
	switch {
	case err == nil:
		r.finish(v, nil)
	case r.end == retryCancelled:
		r.finish(v, err)
	case r.end == retryExpired:
		if !errors.Is(err, deferred.ErrCancelled) {
			r.last = err
		}
		r.giveUp(ErrDeadline)
	default:
		r.last = err
		r.again()
	}
	return struct{}{}, nil
}

// again waits for another attempt, if there is to be one.
func (r *retry[T]) again() {
	permanent, broken := guarded(r.permanent, r.last, r.giveUpBroken)
	switch {
	case broken != nil:
		r.giveUpBroken(broken)
	case permanent:
		r.giveUp(ErrPermanent)
	case r.policy.Attempts > 0 && r.attempts >= r.policy.Attempts:
		r.giveUp(ErrNoAttemptsLeft)
	default:
		r.wait()
	}
}

// wait puts the next attempt on the clock. Even one that is due at once waits
// for a turn: so no number of attempts makes the stack grow or the turn endless.
func (r *retry[T]) wait() {
	delay, broken := guarded(r.pause, struct{}{}, r.giveUpBroken)
	switch {
	case broken != nil:
		r.giveUpBroken(broken)
	case r.end == retryCancelled: // by a function of the policy
		r.finish(*new(T), deferred.ErrCancelled)
	default:
		r.phase = retryWaiting
		r.stopWait = r.clock.AfterFunc(delay, r.try)
	}
}

// permanent reports whether no attempt is to follow on err.
func (r *retry[T]) permanent(err error) bool {
	return isPermanent(err) || r.policy.Permanent(err)
}

// pause is how long to wait for the next attempt.
func (r *retry[T]) pause(struct{}) time.Duration {
	return r.backoff.next(r.policy.Jitter())
}

// expire is called by the clock at the deadline.
func (r *retry[T]) expire() {
	if r.end != retryGoesOn {
		return // the attempt was cancelled already, and takes its time
	}
	r.end = retryExpired
	if r.phase == retryWaiting {
		r.stopWait()
		r.giveUp(ErrDeadline)
		return
	}
	if r.attempt != nil { // f is held up in a coroutine otherwise, and await sees to it
		r.attempt.Cancel()
	}
}

// Cancel is called when the Deferred of Retry is cancelled before it has fired.
func (r *retry[T]) Cancel() {
	if r.end == retryGoesOn {
		r.end = retryCancelled
	}
	switch {
	case r.phase == retryWaiting:
		r.stopWait()
		r.finish(*new(T), deferred.ErrCancelled)
	case r.attempt != nil:
		r.attempt.Cancel()
	}
}

// giveUp ends it with the reason and the last error.
func (r *retry[T]) giveUp(why error) {
	r.finish(*new(T), &RetryError{Attempts: r.attempts, Why: why, Err: r.last})
}

// giveUpBroken ends it with what became of a function of the policy.
func (r *retry[T]) giveUpBroken(f *failure.Failure) { r.giveUp(f) }

// finish fires the Deferred with a value, or with err if there is one.
func (r *retry[T]) finish(v T, err error) {
	r.phase = retryOver
	if r.stopDeadline != nil {
		r.stopDeadline()
	}
	if err != nil {
		err = r.result.Errback(err)
	} else {
		err = r.result.Callback(v)
	}
	if err != nil {
		panic("timeout: only Retry fires the Deferred that it gave: " + err.Error())
	}
}
