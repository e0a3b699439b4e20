package deferred

import (
	"errors"
	"time"

	"github.com/spindle-go/spindle/failure"
)

// Clock is what AddTimeout needs of the time: f is called once, after d, on the
// goroutine that the Deferred belongs to. stop takes the call back and reports
// whether it was in time. A reactor.Reactor and a timeout.VirtualClock are
// clocks.
type Clock interface {
	AfterFunc(d time.Duration, f func()) (stop func() bool)
}

// AddTimeout cancels d when it has not come to this point of its list after the
// given time: it covers the handlers added before it, and the Deferreds that
// they wait for, not those added after it. An ErrCancelled that comes of that
// is turned into an ErrTimeout that says how long; another result, which a
// canceller or an errback gave in the meantime, is left as it is. onTimeout, if
// given, is called instead with the result at that point, whatever it is, and
// what it returns is the result.
//
// A cancel by somebody else is not a timeout. Of several timeouts the one that
// ran out first is the one reported. The delayed call is taken off the clock as
// soon as the chain passes this point. These are Twisted's rules.
//
// A nil clock, a negative duration and more than one onTimeout panic. It returns
// d.
func (d *Deferred[T]) AddTimeout(after time.Duration, clock Clock, onTimeout ...func(T, error) (T, error)) *Deferred[T] {
	switch {
	case clock == nil:
		panic("deferred: AddTimeout with a nil clock")
	case after < 0:
		panic("deferred: AddTimeout with a negative duration: " + after.String())
	case len(onTimeout) > 1:
		panic("deferred: AddTimeout with more than one onTimeout")
	}
	if d.atRest() {
		return d // there is nothing left to wait for
	}
	t := &deadline[T]{d: d, after: after}
	if len(onTimeout) == 1 {
		t.convert = onTimeout[0]
	}
	t.stop = clock.AfterFunc(after, t.expire)
	return d.add(t)
}

// deadline is the handler of AddTimeout.
type deadline[T any] struct {
	d       *Deferred[T]
	after   time.Duration
	convert func(T, error) (T, error) // nil: ErrCancelled becomes ErrTimeout
	stop    func() bool
	expired bool
}

// expire is called by the clock.
func (t *deadline[T]) expire() {
	t.expired = true
	t.d.Cancel()
}

func (t *deadline[T]) handle(d *Deferred[T]) node {
	switch {
	case !t.expired:
		t.stop()
	case t.convert != nil:
		v, err := t.convert(d.value, d.err())
		d.answer(v, err, t.convert)
	case errors.Is(d.err(), ErrCancelled):
		d.failWith(failure.At(&timeoutError{after: t.after}, 0))
	}
	return nil
}
