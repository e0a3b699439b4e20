package deferred

import (
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync/atomic"

	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/internal/goroutine"
)

// Misuse is what debug mode reports when two goroutines use one Deferred: an
// access that is not ordered with the one before, and so may lose a result.
type Misuse struct {
	Type string        // of the Deferred, such as Deferred[int]
	Made failure.Place // where it was made

	// Stack is that of the use that should not have been, and Before that of
	// the last one on the goroutine that the Deferred belongs to. Each has a
	// function and its place in a line, innermost first.
	Stack, Before string
}

// String returns all of it as text.
func (m Misuse) String() string {
	return fmt.Sprintf("%s made in %v is used by two goroutines\nby one that it does not belong to:\n%s\nbefore that by the one that it belongs to:\n%s",
		m.Type, m.Made, m.Stack, m.Before)
}

// SetMisuseHandler sets what debug mode calls when a Deferred is used from a
// second goroutine, on which it has no business: when the loop that used it last
// is in the middle of a turn, or one of its handlers is running elsewhere. The
// default, which nil restores, logs it with slog's default logger at error level.
// A panic of h reaches who used the Deferred.
//
// It reports what is certainly wrong, once for each Deferred. A Deferred may be
// made on one goroutine and given to another, which this cannot tell from a use
// that happened to go well; the race detector can. A coroutine counts as the loop
// that it runs on. See [SetDebug].
//
// Any goroutine may call it. The handler is one for the process, and is called on
// the goroutine whose use is reported.
func SetMisuseHandler(h func(Misuse)) {
	if h == nil {
		misuseHandler.Store(nil)
		return
	}
	misuseHandler.Store(&h)
}

// misuseHandler is package state for the reason that the tracker is.
var misuseHandler atomic.Pointer[func(Misuse)] //nolint:gochecknoglobals // as said above

// report tells the handler.
func (m Misuse) report() {
	if h := misuseHandler.Load(); h != nil {
		(*h)(m)
		return
	}
	slog.Error("deferred: used by two goroutines", "type", m.Type, "made", m.Made.String(),
		"stack", m.Stack, "before", m.Before)
}

// use is one use of a Deferred.
type use struct {
	goroutine uintptr
	loop      *Turns // that the goroutine was, or nil
	stack     []uintptr
}

// deepest is how much of a stack a use keeps.
const deepest = 64

// touch notes that the calling goroutine uses the Deferred of r, and reports it
// if that is wrong.
func (r *record) touch() {
	if !r.debug {
		return
	}
	var pcs [deepest]uintptr
	n := runtime.Callers(2, pcs[:])
	now := use{goroutine.Current(), loopHere(), append([]uintptr(nil), pcs[:n]...)}
	before, wrong := records.touch(r, now)
	if wrong && !now.coroutine() && !before.coroutine() && records.blame(r) {
		Misuse{Type: r.what, Made: r.made, Stack: now.String(), Before: before.String()}.report()
	}
}

// conflicts reports whether now, after u, is wrong, unless one of the two is a
// coroutine. busy says that a handler is running, which u had begun.
func (u use) conflicts(now use, busy bool) bool {
	switch {
	case u.goroutine == 0 || u.goroutine == now.goroutine:
		return false
	case u.loop == nil:
		return busy
	}
	return u.loop != now.loop && u.loop.in.Load()
}

// coroutine reports whether the use was on the goroutine of an iter.Pull, which
// runs on behalf of another; or may have been, if the stack was too deep to see.
func (u use) coroutine() bool {
	if len(u.stack) == deepest {
		return true
	}
	for frames := runtime.CallersFrames(u.stack); ; {
		frame, more := frames.Next()
		if frame.Function == "runtime.corostart" {
			return true
		}
		if !more {
			return false
		}
	}
}

// String is the stack as text.
func (u use) String() string {
	var lines []string
	for frames := runtime.CallersFrames(u.stack); ; {
		frame, more := frames.Next()
		lines = append(lines, fmt.Sprintf("    at %s (%s:%d)", frame.Function, frame.File, frame.Line))
		if !more {
			return strings.Join(lines, "\n")
		}
	}
}
