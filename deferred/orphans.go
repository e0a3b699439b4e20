package deferred

import (
	"cmp"
	"runtime"
	"slices"

	"github.com/spindle-go/spindle/failure"
)

// orphans are the failures that came while no loop was in a turn, and were still
// unhandled after a collection: those of a program without a reactor, or of one
// that has not started it. Each is reported when its Deferred is collected, or
// at the end of a turn if a loop starts after all.
//
// An orphan is known by its ticket alone, so that it does not keep its Deferred
// alive. A Deferred whose ticket says that it is one takes itself off this list
// when somebody handles the failure.
//
// Until a collection comes a failure costs nothing but its place in fresh: most
// are handled by then.
type orphans struct {
	watching bool // adopt is called after the next collection
	reports  map[uint32]orphan
}

type orphan struct {
	fail    *failure.Failure
	cleanup runtime.Cleanup // calls lost
}

// watch makes sure that adopt is called after the next collection. mu is held.
func (t *tracker) watch() {
	if t.orphans.watching {
		return
	}
	t.orphans.watching = true
	// Nothing refers to it, so the next collection finds it. For the pointer
	// inside see orphan.
	canary := &struct{ _ *byte }{}
	runtime.AddCleanup(canary, (*tracker).adopt, t)
}

// adopt runs after a collection, on a goroutine of the runtime. It makes orphans
// of the fresh reports, unless a loop is going to look after them.
func (t *tracker) adopt() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.orphans.watching = false
	if t.inTurn() {
		if len(t.fresh) > 0 {
			t.watch()
		}
		return
	}
	if t.orphans.reports == nil {
		t.orphans.reports = make(map[uint32]orphan)
	}
	for _, r := range t.takeFresh() {
		// The Deferred may be handled at this moment: either it sees that it is
		// an orphan, or this sees that it is handled.
		if r.held.CompareAndSwap(r.ticket, r.ticket|orphaned) {
			t.orphans.reports[r.ticket] = orphan{
				fail:    r.fail,
				cleanup: runtime.AddCleanup(r.held, t.lost, r.ticket),
			}
		}
	}
	t.recount()
}

// lost is called when the Deferred of an orphan was collected, on a goroutine of
// the runtime.
func (t *tracker) lost(ticket uint32) {
	t.mu.Lock()
	o, there := t.orphans.reports[ticket]
	t.orphans.remove(ticket)
	t.recount()
	t.mu.Unlock()
	if there {
		t.call(o.fail)
	}
}

// forget takes an orphan off the list, and answers false when it is not there
// any more: it was reported.
func (t *tracker) forget(ticket uint32) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	o, there := t.orphans.reports[ticket]
	if !there {
		return false
	}
	o.cleanup.Stop()
	t.orphans.remove(ticket)
	t.recount()
	return true
}

// remove deletes an entry, and the map with the last one, since maps do not
// shrink. mu is held.
func (o *orphans) remove(ticket uint32) {
	delete(o.reports, ticket)
	if len(o.reports) == 0 {
		o.reports = nil
	}
}

// list returns the orphans as reports, oldest first. mu is held.
func (o *orphans) list() []report {
	rs := make([]report, 0, len(o.reports))
	for ticket, orphan := range o.reports {
		rs = append(rs, report{ticket: ticket, fail: orphan.fail})
	}
	slices.SortFunc(rs, func(a, b report) int { return cmp.Compare(a.ticket, b.ticket) })
	return rs
}
