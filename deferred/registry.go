package deferred

import (
	"cmp"
	"slices"
	"sync"

	"github.com/spindle-go/spindle/failure"
)

// registry holds the records of the Deferreds that are not collected yet.
//
// A record is found by the address of its Deferred, since the Deferred itself
// has no room for it. Only a Deferred with the mark traced looks for its record,
// so one that has got the address of a collected one finds none, or its own.
type registry struct {
	mu      sync.Mutex // Deferreds are made, collected and listed on any goroutine
	last    uint64
	records map[uintptr]*record
}

// records is the one registry of the process; for the reason see unhandled.
var records registry //nolint:gochecknoglobals // as said above

// entryOf is a record and the address that it was made for.
type entryOf struct {
	at     uintptr
	record *record
}

// add takes in the record of the Deferred at an address.
func (g *registry) add(at uintptr, r *record) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.last++
	r.number = g.last
	if g.records == nil {
		g.records = make(map[uintptr]*record)
	}
	g.records[at] = r
}

// drop forgets the record of a Deferred that was collected. Its address may be
// that of another one by now.
func (g *registry) drop(e entryOf) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.records[e.at] != e.record {
		return
	}
	delete(g.records, e.at)
	if len(g.records) == 0 {
		g.records = nil // maps do not shrink
	}
}

// get returns the record of the Deferred at an address.
func (g *registry) get(at uintptr) *record {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.records[at]
}

// touch notes a use of the Deferred of r, and returns the one before, and whether
// the two do not go together.
func (g *registry) touch(r *record, now use) (before use, wrong bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	before = r.last
	wrong = before.conflicts(now, r.busy > 0)
	if !wrong {
		r.last = now
	}
	return before, wrong
}

// blame reports whether r is to blame for the first time.
func (g *registry) blame(r *record) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	first := !r.blamed
	r.blamed = true
	return first
}

// busy notes that a handler of the Deferred of r begins, or ends.
func (g *registry) busy(r *record, change int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	r.busy += change
}

// fire notes that r has a result for the first time, and where it came from.
func (g *registry) fire(r *record, at failure.Place) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !r.called {
		r.called, r.fired = true, at
	}
	r.waits, r.waiting = nil, ""
}

// wait notes what r waits for: for these, or for what a text says.
func (g *registry) wait(r *record, waits []*record, waiting string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	r.waits, r.waiting = waits, waiting
}

// firedAt returns where r was first fired.
func (g *registry) firedAt(r *record) failure.Place {
	g.mu.Lock()
	defer g.mu.Unlock()
	return r.fired
}

// pending lists those that have no result and were made in debug mode, oldest
// first.
func (g *registry) pending() []PendingInfo {
	g.mu.Lock()
	defer g.mu.Unlock()
	var unfired []*record
	for _, r := range g.records {
		if r.debug && r.unfired() {
			unfired = append(unfired, r)
		}
	}
	slices.SortFunc(unfired, func(a, b *record) int { return cmp.Compare(a.number, b.number) })
	infos := make([]PendingInfo, len(unfired))
	for i, r := range unfired {
		infos[i] = r.info()
	}
	return infos
}
