package deferred

import "github.com/spindle-go/spindle/failure"

// Canceller is something that can be asked to stop. Every Deferred is one.
type Canceller interface{ Cancel() }

// canceller is the function given to New.
type canceller[T any] func(*Deferred[T])

// Cancel asks that d's work be given up. It is a request: d may end in another
// way, and may not have fired when Cancel returns.
//
//   - Not fired, with a canceller: the canceller is called with d. It may fire
//     d. If it does not, d fails with ErrCancelled; if it panics, with that. A
//     Cancel while it runs does nothing.
//   - Not fired, without one: d fails with ErrCancelled, and one late Callback
//     or Errback of the producer is swallowed.
//   - Waiting for another Deferred, or made by Then: that one is cancelled
//     instead, and d goes on with what comes of it.
//   - Fired, paused or running: nothing.
//
// It goes along any number of waiting Deferreds without recursion; only where
// PassCancelTo was used it calls another Cancel.
func (d *Deferred[T]) Cancel() {
	if d.marks&traced != 0 {
		d.record().touch()
	}
	for n := node(d); n != nil; {
		n = n.cancel()
	}
}

// PassCancelTo makes a Cancel of d, as long as d has not fired, call to.Cancel
// and nothing else: d then fires from what comes of that, if anything does. It
// is for a Deferred that stands for several others, such as a list. It replaces
// d's canceller; on a Deferred that has fired it does nothing. It returns d.
func (d *Deferred[T]) PassCancelTo(to Canceller) *Deferred[T] {
	if to == nil {
		panic("deferred: PassCancelTo nil")
	}
	d.watchFirst()
	if d.state == pending {
		d.other = to
		if d.marks&traced != 0 {
			d.notePassing(to)
		}
	}
	return d
}

// cancel does d's part of a Cancel, and returns the node to go on with.
func (d *Deferred[T]) cancel() (next node) {
	switch d.state {
	case bound, waiting:
		return d.source()
	case pending:
	default:
		return nil
	}
	switch to := d.other.(type) {
	case nil:
		d.marks |= swallow
		f := failure.At(ErrCancelled, 0)
		if d.marks&traced != 0 {
			f = d.noteResult(f)
		}
		d.settle(*new(T), f, 0)
		d.start()
	case canceller[T]:
		d.state = cancelling
		d.callCanceller(to)
	case Canceller:
		d.state = cancelling
		d.passCancel(to)
	}
	return nil
}

// callCanceller runs the user's canceller, and fires d if that did not.
func (d *Deferred[T]) callCanceller(c canceller[T]) {
	returned := false
	if d.marks&traced != 0 {
		d.noteCanceller(c)
	}
	defer func() {
		var f *failure.Failure
		switch v := recover(); {
		case v != nil:
			f = failure.Recovered(v)
		case d.state != cancelling:
			return
		case !returned:
			f = failure.New(ErrGoexit)
		default:
			f = failure.At(ErrCancelled, 0)
		}
		if d.state != cancelling {
			// It fired d and then panicked. The chain has its result; the panic
			// must not vanish.
			if d.marks&traced != 0 {
				d.noteCanceller(c)
				f = d.record().failedIn(f)
			}
			unhandled.orphan(f)
			return
		}
		if d.marks&traced != 0 {
			f = d.noteResult(f)
		}
		d.settle(*new(T), f, 0)
		d.start()
	}()
	c(d)
	returned = true
	if d.marks&traced != 0 {
		d.record().now = about{}
	}
}

// passCancel hands the cancel on. Whatever happens there, d can be fired and
// cancelled afterwards.
func (d *Deferred[T]) passCancel(to Canceller) {
	defer func() {
		if d.state == cancelling {
			d.state = pending
		}
	}()
	to.Cancel()
}
