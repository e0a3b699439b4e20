package chain

import (
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// stoppable is a Deferred of any type, as those see it who cancel it.
type stoppable interface {
	Cancel()
	Called() bool
	Errback(err error) error
}

// stop cancels d. A canceller that panics makes its Deferred fail. What panics
// in here is the target of a PassCancelTo, and it is to mean the same: d fails
// with the panic, or else it is reported as unhandled.
func stop(d stoppable) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		f := failure.Recovered(v)
		if d.Called() || d.Errback(f) != nil {
			deferred.Fail[struct{}](f)
		}
	}()
	d.Cancel()
}

// stopAll cancels each of ds that is not nil, whatever one of them does.
func stopAll(ds []stoppable) {
	defer func() {
		if len(ds) > 0 { // a canceller called runtime.Goexit
			stopAll(ds)
		}
	}()
	for len(ds) > 0 {
		d := ds[0]
		ds = ds[1:]
		if d != nil {
			stop(d)
		}
	}
}
