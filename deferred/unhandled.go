package deferred

import (
	"log/slog"
	"sync/atomic"

	"github.com/spindle-go/spindle/failure"
)

// Unhandled is a failure that was the result of a Deferred when nothing was
// left to handle it.
type Unhandled struct {
	// Failure is what was not handled. Printed with %+v it has its trace and,
	// in debug mode, its story.
	Failure *failure.Failure

	// Type and Made say of which Deferred it was the result in the end, and
	// where that was made, in debug mode; otherwise they are zero. See SetDebug.
	Type string
	Made failure.Place

	// Hops is the way that the failure came, in debug mode; otherwise it is
	// nil. The last one says that it was reported.
	Hops []failure.Hop
}

// originOf returns what there is to report of f.
func originOf(f *failure.Failure) Unhandled {
	if f.Hops() == nil {
		return Unhandled{Failure: f}
	}
	f = f.With(failure.Hop{Kind: failure.HopReported})
	u := Unhandled{Failure: f, Hops: f.Hops()}
	for _, h := range u.Hops {
		if h.Kind == failure.HopMade || h.Kind == failure.HopHandedOver {
			u.Type, u.Made = h.Deferred, h.At
		}
	}
	return u
}

// SetUnhandledHandler sets what is called with each unhandled failure, once. The
// default, which nil restores, logs it with slog's default logger at error
// level, in one record with its trace; in debug mode also with the Deferred, where
// that was made, and its story.
//
// With a loop that runs in turns, such as a reactor, a failure is reported at
// the end of the turn that left it behind, on the goroutine of a loop; one that
// got a handler within the turn is never reported. With several loops the report
// waits for all that were in a turn when the failure came. Without a loop it is
// made when the Deferred is collected, on a goroutine of the runtime, or by
// FlushUnhandled. So h may be called from any goroutine, and from several at
// once. A panic of h is not caught: that is how to turn unhandled failures into a
// crash.
//
// A failure is reported once, however many Deferreds it passes and whatever
// handlers look at it afterwards. As long as its Deferred has handlers left,
// because it is paused, it is not unhandled: it is on its way.
//
// Any goroutine may call it. The handler is one for the process, as a Deferred
// knows no loop that it could belong to. The path that handles its failures pays
// nothing for it; one that stays for a moment costs a lock and an entry in a
// list. Twisted reports when the Deferred is collected.
func SetUnhandledHandler(h func(Unhandled)) { unhandled.setHandler(h) }

// FlushUnhandled reports all failures that are unhandled now, without waiting
// for the end of a turn or for the collector. It is for tests and for the end of
// a program.
//
// Any goroutine may call it, and the handler is called on that one.
func FlushUnhandled() { unhandled.flush() }

// logUnhandled is the default handler.
func logUnhandled(u Unhandled) {
	if u.Made.IsZero() {
		slog.Error("deferred: unhandled failure", "failure", u.Failure)
		return
	}
	slog.Error("deferred: unhandled failure", "failure", u.Failure, "type", u.Type, "made", u.Made.String())
}

// unhandled is the one tracker of the process. It is package state because a
// Deferred is made from nothing, by any code on any goroutine: there is no
// value of the maker's that it could be reached from.
var unhandled tracker //nolint:gochecknoglobals // the reason is above

// A Deferred with a failure that is unhandled for the moment holds a ticket, by
// which the tracker knows it. The tracker never reads what belongs to the
// Deferred's goroutine. These are the values of a ticket:
//
//	0              the tracker knows nothing of the Deferred
//	n              it holds report n
//	n | orphaned   it holds orphan n; if it does not any more, it has reported it
//	reported       it has reported the failure
//
// The Deferred sets it back to 0 as soon as something is done about the failure.
const (
	orphaned = uint32(1) << 31
	reported = ^uint32(0)
)

// reportIfLost gives the failure of d, which is at rest, to the tracker, unless
// somebody has seen it.
func (d *Deferred[T]) reportIfLost() {
	if d.marks&observed == 0 {
		unhandled.note(&d.ticket, d.failed())
	}
}

// retract takes the failure back from the tracker, since something is going to
// be done with it.
func (d *Deferred[T]) retract() {
	if d.ticket.Load() == 0 {
		return
	}
	ticket := d.ticket.Swap(0)
	if ticket == reported || ticket&orphaned != 0 && !unhandled.forget(ticket&^orphaned) {
		d.marks |= observed
	}
}

// report is a failure that waits to be reported.
type report struct {
	held   *atomic.Uint32 // the ticket of its Deferred; nil for an orphan
	ticket uint32
	fail   *failure.Failure
}

// handled reports whether something was done about the failure.
func (r report) handled() bool { return r.held.Load() != r.ticket }
