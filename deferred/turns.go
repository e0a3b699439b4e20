package deferred

import (
	"sync/atomic"

	"github.com/spindle-go/spindle/internal/goroutine"
)

// Turns stands for one loop: what this package has to know of it. It is told when
// the loop's turns begin and end, so that failures can be reported at the end of
// the turn that left them behind; and it owns the strands that were begun on the
// loop, so that none of them outlives it. A reactor has one; a loop of one's own
// may have one too.
//
// NewTurns, Begin, End and Close are called on the loop's goroutine. While the
// loop sleeps it is not in a turn.
type Turns struct {
	in      atomic.Bool    // in a turn; read by the tracker on behalf of other loops
	current atomic.Uintptr // the goroutine that is the loop now: its own, or a strand's

	// Loop goroutine only.
	newest *strand // of those that wait, or have waited; see strand.older
	closed bool    // strands do not wait any more
}

// NewTurns makes the calling goroutine a loop, until Close. Strands that wait and
// were begun on it while it was none belong to the loop.
func NewTurns() *Turns {
	t := &Turns{}
	here := goroutine.Current()
	t.current.Store(here)
	strays.adopt(t, here)
	unhandled.addLoop(t)
	return t
}

// Begin says that callbacks may run from now on.
func (t *Turns) Begin() { t.in.Store(true) }

// End says that the turn is over. It reports the failures that it left
// unhandled, by calling the handler. With none to report it costs two atomic
// operations.
func (t *Turns) End() {
	t.in.Store(false)
	if unhandled.count.Load() > 0 {
		unhandled.ended(t)
	}
}

// Here reports whether the calling goroutine is the loop, or a coroutine that runs
// on it. Any goroutine may call it.
func (t *Turns) Here() bool { return t.current.Load() == goroutine.Current() }

// Close ends the strands that still wait, the last turn, and the loop. A strand is
// ended by cancelling what it waits for and calling the stop function that it was
// started with. The newest comes first.
func (t *Turns) Close() {
	defer unhandled.removeLoop(t)
	defer t.End()
	t.endStrands()
}

// Waiting describes the strands of the loop that wait, newest first: of each, the
// Deferred that comes of it and what that waits for. It is for tests and for
// debugging.
func (t *Turns) Waiting() []string {
	var texts []string
	for s := t.newest; s != nil; s = s.older {
		if s.on != nil {
			texts = append(texts, s.out.String())
		}
	}
	return texts
}

// endStrands ends the strands there are. If that ends the goroutine, the rest of
// them is ended on the way out.
func (t *Turns) endStrands() {
	t.closed = true
	defer func() {
		if t.newest != nil {
			t.endStrands()
		}
	}()
	for t.newest != nil {
		s := t.newest
		s.unlist()
		if s.on != nil {
			s.abandon()
		}
	}
}

// loopHere returns the loop that the calling goroutine is, or nil. The latest one
// counts, where a goroutine is several.
func loopHere() *Turns {
	loops := unhandled.loops.Load()
	if loops == nil {
		return nil
	}
	g := goroutine.Current()
	for i := len(*loops) - 1; i >= 0; i-- {
		if t := (*loops)[i]; t.current.Load() == g {
			return t
		}
	}
	return nil
}
