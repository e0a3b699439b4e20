package deferred

import (
	"log/slog"
	"sync/atomic"

	"github.com/spindle-go/spindle/failure"
)

// Unhandled is a failure that was the result of a Deferred when nothing was
// left to handle it.
type Unhandled struct {
	Failure *failure.Failure
}

// SetUnhandledHandler sets what is called with each unhandled failure, once. The
// default, which nil restores, logs it with slog's default logger at error
// level, with its trace.
//
// With a loop that runs in turns, such as a reactor, a failure is reported at
// the end of the turn that left it behind, on the loop's goroutine; one that
// got a handler within the turn is never reported. Without one it is reported
// when the Deferred is collected, or by FlushUnhandled. A panic of the handler
// is not caught: that is how to turn unhandled failures into a crash.
//
// Any goroutine may call it. The handler is one for the process, as a Deferred
// knows no loop that it could belong to.
func SetUnhandledHandler(h func(Unhandled)) { unhandled.setHandler(h) }

// FlushUnhandled reports all failures that are unhandled now, without waiting
// for the end of a turn or for the collector. It is for tests and for the end of
// a program.
//
// Any goroutine may call it, and the handler is called on that one.
func FlushUnhandled() { unhandled.flush() }

// logUnhandled is the default handler.
func logUnhandled(u Unhandled) {
	slog.Error("deferred: unhandled failure", "failure", u.Failure)
}

// unhandled is the one tracker of the process. It is package state because a
// Deferred is made from nothing, by any code on any goroutine: there is no
// value of the maker's that it could be reached from.
var unhandled tracker

// reported is the ticket of a failure that was reported. It stays until the
// Deferred moves on, and keeps the failure from being reported again.
const reported = ^uint32(0)

// reportIfLost gives the failure of d, which is at rest, to the tracker, unless
// somebody has seen it.
func (d *Deferred[T]) reportIfLost() {
	if d.marks&observed == 0 {
		unhandled.note(&d.ticket, d.fail)
	}
}

// retract takes the failure back from the tracker, since something is going to
// be done with it.
func (d *Deferred[T]) retract() {
	if d.ticket.Load() == 0 {
		return
	}
	if d.ticket.Swap(0) == reported {
		d.marks |= observed
	}
}

// report is a failure that waits to be reported. Its Deferred is known by the
// ticket alone: the failure stands unhandled as long as the Deferred still
// holds it. So the tracker never reads what belongs to the Deferred's goroutine.
type report struct {
	held   *atomic.Uint32
	ticket uint32
	fail   *failure.Failure
}

// claim reports whether the failure is still unhandled, and marks it reported.
func (r report) claim() bool { return r.held.CompareAndSwap(r.ticket, reported) }

// handled reports whether something was done about the failure.
func (r report) handled() bool { return r.held.Load() != r.ticket }
