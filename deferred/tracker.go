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
//
// What no loop comes for goes to the orphans after the next collection.
type tracker struct {
	handler atomic.Pointer[func(Unhandled)]
	count   atomic.Int64             // reports there are, for a look without the lock
	loops   atomic.Pointer[[]*Turns] // all there are; a new slice for each change, made under mu

	mu      sync.Mutex // failures come from any goroutine
	tickets uint32     // the last one given
	fresh   []report
	aging   []report
	orphans orphans
	sweepAt int                 // length of fresh at which handled reports are thrown out
	holding map[*Turns]struct{} // loops that aging waits for
}

const firstSweep = 256

// note takes in a failure whose Deferred holds the ticket.
func (t *tracker) note(held *atomic.Uint32, f *failure.Failure) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.tickets++
	if t.tickets >= orphaned {
		t.tickets = 1 // the number went round
	}
	held.Store(t.tickets)
	t.fresh = append(t.fresh, report{held: held, ticket: t.tickets, fail: f})
	if len(t.fresh) >= max(t.sweepAt, firstSweep) {
		t.fresh = slices.DeleteFunc(t.fresh, report.handled)
		t.sweepAt = 2 * len(t.fresh)
	}
	t.recount()
	if !t.inTurn() {
		t.watch()
	}
}

// orphan reports a failure that belongs to no Deferred.
func (t *tracker) orphan(f *failure.Failure) {
	// A pointer inside keeps it from the allocator's shared small blocks, which
	// live as long as their neighbours.
	holder := &struct {
		ticket atomic.Uint32
		_      *byte
	}{}
	t.note(&holder.ticket, f)
}

// recount brings count up to date. mu is held.
func (t *tracker) recount() {
	t.count.Store(int64(len(t.fresh) + len(t.aging) + len(t.orphans.reports)))
}

// inTurn reports whether some loop is in a turn. mu is held.
func (t *tracker) inTurn() bool {
	return slices.ContainsFunc(t.allLoops(), func(l *Turns) bool { return l.in.Load() })
}

// allLoops returns the loops there are.
func (t *tracker) allLoops() []*Turns {
	if loops := t.loops.Load(); loops != nil {
		return *loops
	}
	return nil
}

// addLoop makes the tracker know one more loop.
func (t *tracker) addLoop(l *Turns) {
	t.mu.Lock()
	defer t.mu.Unlock()
	loops := append(slices.Clone(t.allLoops()), l)
	t.loops.Store(&loops)
}

// removeLoop takes back addLoop.
func (t *tracker) removeLoop(l *Turns) {
	t.mu.Lock()
	defer t.mu.Unlock()
	loops := slices.DeleteFunc(slices.Clone(t.allLoops()), func(other *Turns) bool { return other == l })
	t.loops.Store(&loops)
}

// ended is called when loop l has ended a turn, and reports what is due.
func (t *tracker) ended(l *Turns) {
	t.report(t.due(l))
}

// due takes out the reports that nothing holds any more, oldest first. The
// orphans are among them: they came while no loop was in a turn.
func (t *tracker) due(l *Turns) (ripe []report) {
	t.mu.Lock()
	defer t.mu.Unlock()
	ripe = t.orphans.list()
	delete(t.holding, l)
	for len(t.holding) == 0 {
		ripe = append(ripe, t.aging...)
		t.aging = t.takeFresh()
		if len(t.aging) == 0 {
			break
		}
		for _, other := range t.allLoops() {
			if other != l && other.in.Load() {
				t.hold(other)
			}
		}
	}
	t.recount()
	return ripe
}

// takeFresh empties fresh. mu is held.
func (t *tracker) takeFresh() []report {
	fresh := t.fresh
	t.fresh, t.sweepAt = nil, 0
	return fresh
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
	all := slices.Concat(t.orphans.list(), t.aging, t.takeFresh())
	t.aging = nil
	clear(t.holding)
	t.recount()
	t.mu.Unlock()
	t.report(all)
}

// report calls the handler with those that are still unhandled, in the order
// they came. mu is not held: the handler is the user's. If it panics, the rest
// is reported another time.
func (t *tracker) report(rs []report) {
	defer func() {
		if len(rs) > 0 {
			t.putBack(rs)
		}
	}()
	for len(rs) > 0 {
		r := rs[0]
		rs = rs[1:]
		if t.claim(r) {
			t.call(r.fail)
		}
	}
}

// claim reports whether the failure of r is still unhandled, and marks it
// reported.
func (t *tracker) claim(r report) bool {
	if r.held == nil {
		return t.forget(r.ticket)
	}
	return r.held.CompareAndSwap(r.ticket, reported)
}

// putBack takes in reports again. Those of orphans were not taken out.
func (t *tracker) putBack(rs []report) {
	rs = slices.DeleteFunc(rs, func(r report) bool { return r.held == nil })
	t.mu.Lock()
	defer t.mu.Unlock()
	t.fresh = append(rs, t.fresh...)
	t.recount()
}

// call calls the handler.
func (t *tracker) call(f *failure.Failure) {
	u := originOf(f)
	if h := t.handler.Load(); h != nil {
		(*h)(u)
		return
	}
	logUnhandled(u)
}

// setHandler replaces the handler; nil means the default.
func (t *tracker) setHandler(h func(Unhandled)) {
	if h == nil {
		t.handler.Store(nil)
		return
	}
	t.handler.Store(&h)
}
