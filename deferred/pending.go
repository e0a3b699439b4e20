package deferred

import (
	"fmt"
	"time"

	"github.com/spindle-go/spindle/failure"
)

// PendingInfo says how a Deferred stood that had no result when [Pending] looked.
type PendingInfo struct {
	Type  string        // such as Deferred[int]
	Made  failure.Place // where the user's code made it
	Age   time.Duration // since then, by the clock of the machine
	Fired failure.Place // where it was fired, if it was, and waits now for another Deferred

	// WaitsFor are the Deferreds that it waits for itself, those among them
	// that have no result: one as a rule, or several if it is that of a list.
	// It has at most 16 entries. Theirs are empty.
	WaitsFor []PendingInfo

	// Needs says what else is known of what it waits for: a Deferred that was
	// not made in debug mode, or who is asked to give up when it is cancelled.
	Needs string
}

// String returns it as a line of text.
func (p PendingInfo) String() string {
	text := fmt.Sprintf("%s made in %v, %v old", p.Type, p.Made, p.Age.Round(time.Millisecond))
	if !p.Fired.IsZero() {
		text += fmt.Sprintf(", fired in %v", p.Fired)
	}
	switch {
	case len(p.WaitsFor) == 1:
		text += fmt.Sprintf(", waits for %s made in %v", p.WaitsFor[0].Type, p.WaitsFor[0].Made)
	case len(p.WaitsFor) > 1:
		text += fmt.Sprintf(", waits for %d, the first a %s made in %v", len(p.WaitsFor), p.WaitsFor[0].Type, p.WaitsFor[0].Made)
	case p.Needs != "":
		text += ", waits for " + p.Needs
	}
	return text
}

// Pending lists the Deferreds that have not fired, or have and wait for another
// one, of all that were made in debug mode; oldest first. It is for the question
// where a program is stuck. See [SetDebug]; without debug mode it is empty.
//
// It keeps none of them alive: one that nobody can fire any more vanishes from it
// with the next collection of garbage.
//
// Any goroutine may call it, also while loops run. It holds a lock that makes
// them wait, for a few hundred nanoseconds for each Deferred.
func Pending() []PendingInfo { return records.pending() }

// mostWaits is how many entries WaitsFor has at most.
const mostWaits = 16

// unfired reports whether the Deferred has no result. mu of the registry is held.
func (r *record) unfired() bool { return !r.called || len(r.waits) > 0 || r.waiting != "" }

// info returns what there is to say. mu of the registry is held.
func (r *record) info() PendingInfo {
	p := r.brief()
	for _, w := range r.waits {
		if w.unfired() && len(p.WaitsFor) < mostWaits {
			p.WaitsFor = append(p.WaitsFor, w.brief())
		}
	}
	return p
}

// brief is info without what it waits for.
func (r *record) brief() PendingInfo {
	return PendingInfo{Type: r.what, Made: r.made, Age: time.Since(r.born), Fired: r.fired, Needs: r.waiting}
}
