package chain

import (
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// watch is a Deferred that waits for the end of a Scope's children.
type watch struct {
	out       deferred.Deferred[struct{}]
	scope     *Scope
	cancelled bool
}

// tell fires it. If another has fired it already, the result is that one's.
func (w *watch) tell() {
	switch {
	case w.scope.err != nil:
		_ = w.out.Errback(w.scope.err)
	case w.cancelled:
		_ = w.out.Errback(failure.At(deferred.ErrCancelled, 0))
	default:
		_ = w.out.Callback(struct{}{})
	}
}

// watcher is the seat of a watch, as the Canceller of the Deferred in it.
type watcher seat[watch]

// Cancel implements deferred.Canceller.
func (w *watcher) Cancel() {
	w.v.cancelled = true
	w.v.scope.shut()
}

// nothing is an errback for a failure that is told elsewhere.
func nothing(*failure.Failure) {}
