package deferred

import (
	"runtime"
	"sync/atomic"
	"weak"

	"github.com/spindle-go/spindle/failure"
)

// orphans looks after failures that came while no loop was in a turn: a program
// without a reactor, or one that has not started it. Each is reported when its
// Deferred was collected. To learn of that costs nothing for the Deferred: an
// object that nothing refers to has a cleanup, which runs after each collection
// as long as there is something to look after, and looks at weak pointers.
type orphans struct {
	watching bool // a cleanup is due after the next collection
	weak     []weakReport
}

// weakReport is a report that does not keep its Deferred alive.
type weakReport struct {
	held   weak.Pointer[atomic.Uint32]
	ticket uint32
	fail   *failure.Failure
}

// watch makes sure that t.collected is called after the next collection. mu is
// held.
func (o *orphans) watch(t *tracker) {
	if o.watching {
		return
	}
	o.watching = true
	// A pointer inside keeps it from the allocator's shared small blocks, which
	// live as long as their neighbours.
	canary := &struct{ _ *byte }{}
	runtime.AddCleanup(canary, (*tracker).collected, t)
}

// collected runs after a collection, on the runtime's goroutine for cleanups. It
// reports what was lost in that collection, and lets go of what came since.
func (t *tracker) collected() {
	t.mu.Lock()
	t.orphans.watching = false
	lost := t.orphans.sweep()
	if !t.inTurn() {
		t.orphans.adopt(t.fresh)
		t.fresh = nil
		t.count.Store(int64(len(t.aging)))
	}
	if len(t.orphans.weak) > 0 || len(t.fresh) > 0 {
		t.orphans.watch(t)
	}
	t.mu.Unlock()
	for _, f := range lost {
		t.call(f)
	}
}

// sweep removes what was handled or lost, and returns the failures of those that
// were lost.
func (o *orphans) sweep() (lost []*failure.Failure) {
	kept := o.weak[:0]
	for _, w := range o.weak {
		held := w.held.Value()
		switch {
		case held == nil:
			lost = append(lost, w.fail)
		case held.Load() == w.ticket:
			kept = append(kept, w)
		}
	}
	clear(o.weak[len(kept):])
	o.weak = kept
	return lost
}

// adopt takes over reports, without what keeps their Deferreds alive.
func (o *orphans) adopt(rs []report) {
	for _, r := range rs {
		if !r.handled() {
			o.weak = append(o.weak, weakReport{held: weak.Make(r.held), ticket: r.ticket, fail: r.fail})
		}
	}
}

// take returns all reports whose Deferreds still exist, and forgets them. Those
// that were lost since the last collection count as well.
func (o *orphans) take() []report {
	all := make([]report, 0, len(o.weak))
	for _, w := range o.weak {
		held := w.held.Value()
		if held == nil {
			held = new(atomic.Uint32)
			held.Store(w.ticket)
		}
		all = append(all, report{held: held, ticket: w.ticket, fail: w.fail})
	}
	o.weak = nil
	return all
}
