package deferred

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/spindle-go/spindle/failure"
)

// tracker holds the failures that are unhandled for the moment, and reports
// those that stay so.
//
// A failure may be reported when the turn that left it is over. The tracker does
// not know which of several loops that was, so it waits until each loop that was
// in a turn when the failure came has ended it. Reports therefore go through two
// lists: fresh collects; when aging is empty, fresh becomes aging, and is due
// once all loops that are in a turn at that moment have ended it.
type tracker struct {
	handler atomic.Pointer[func(Unhandled)]
	count   atomic.Int64 // reports in fresh and aging, for a look without the lock

	mu      sync.Mutex // failures come from any goroutine
	tickets uint32
	fresh   []report
	aging   []report
	holding map[*Turns]struct{} // loops that aging waits for
	turns   map[*Turns]struct{} // loops there are
	sweepAt int                 // length of fresh at which handled reports are thrown out
	orphans orphans             // reports that no turn is going to look after
}

const firstSweep = 256

// note takes in a failure whose Deferred holds the ticket.
func (t *tracker) note(held *atomic.Uint32, f *failure.Failure) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.tickets++
	if t.tickets == 0 || t.tickets == reported {
		t.tickets = 1 // the number went round: these two have a meaning
	}
	held.Store(t.tickets)
	t.fresh = append(t.fresh, report{held: held, ticket: t.tickets, fail: f})
	if len(t.fresh) >= max(t.sweepAt, firstSweep) {
		t.fresh = slices.DeleteFunc(t.fresh, report.handled)
		t.sweepAt = 2 * len(t.fresh)
	}
	t.count.Store(int64(len(t.fresh) + len(t.aging)))
	if !t.inTurn() {
		t.orphans.watch(t)
	}
}

// orphan reports a failure that belongs to no Deferred.
func (t *tracker) orphan(f *failure.Failure) { t.note(new(atomic.Uint32), f) }

// inTurn reports whether some loop is in a turn. mu is held.
func (t *tracker) inTurn() bool {
	for l := range t.turns {
		if l.in.Load() {
			return true
		}
	}
	return false
}

// ended is called when loop l has ended a turn, and reports what is due.
func (t *tracker) ended(l *Turns) {
	t.report(t.due(l))
}

// due takes out the reports that nothing holds any more.
func (t *tracker) due(l *Turns) (ripe []report) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.holding, l)
	for len(t.holding) == 0 {
		ripe = append(ripe, t.aging...)
		t.aging, t.fresh = t.fresh, nil
		if len(t.aging) == 0 {
			break
		}
		for other := range t.turns {
			if other != l && other.in.Load() {
				t.hold(other)
			}
		}
	}
	t.count.Store(int64(len(t.fresh) + len(t.aging)))
	return ripe
}

// hold makes aging wait for loop l. mu is held.
func (t *tracker) hold(l *Turns) {
	if t.holding == nil {
		t.holding = make(map[*Turns]struct{})
	}
	t.holding[l] = struct{}{}
}

// flush reports everything.
func (t *tracker) flush() {
	t.mu.Lock()
	all := slices.Concat(t.orphans.take(), t.aging, t.fresh)
	t.aging, t.fresh = nil, nil
	clear(t.holding)
	t.count.Store(0)
	t.mu.Unlock()
	t.report(all)
}

// report calls the handler with those that are still unhandled, in the order
// they came. mu is not held: the handler is the user's.
func (t *tracker) report(rs []report) {
	for _, r := range rs {
		if r.claim() {
			t.call(r.fail)
		}
	}
}

// call calls the handler.
func (t *tracker) call(f *failure.Failure) {
	if h := t.handler.Load(); h != nil {
		(*h)(Unhandled{Failure: f})
		return
	}
	logUnhandled(Unhandled{Failure: f})
}

// setHandler replaces the handler; nil means the default.
func (t *tracker) setHandler(h func(Unhandled)) {
	if h == nil {
		t.handler.Store(nil)
		return
	}
	t.handler.Store(&h)
}
