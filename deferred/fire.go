package deferred

import "github.com/spindle-go/spindle/failure"

// Callback fires d with v and runs its handlers, as far as they go, before it
// returns. What they return or panic with is the affair of the chain, not of the
// caller.
//
// It answers ErrAlreadyCalled if d was fired before, and ErrAlreadyChained if d
// was made by Then, which fires from its source. The first call after a Cancel
// that no canceller heard of is swallowed: it answers nil and does nothing,
// since the producer could not know.
//
// v is a value whatever it is: an error given to a Deferred[error], or a Deferred
// given to a Deferred[any], is passed to the callbacks as it is. To fail, call
// Errback; to wait for another Deferred, return its Chain from a callback.
func (d *Deferred[T]) Callback(v T) error {
	if !d.state.fireable() {
		return d.refuse()
	}
	if d.marks&traced != 0 {
		d.noteResult(nil)
	}
	d.settle(v, nil, 0)
	if next := d.resume(); next != nil { // start, with one call less
		d.follow(next)
	}
	return nil
}

// Errback fires d with err, which becomes a failure.Failure born at the caller
// if it is none. See Callback for the rest. A nil err panics: a failure without
// a reason must not pass for a success.
func (d *Deferred[T]) Errback(err error) error {
	f, _ := err.(*failure.Failure) //nolint:errorlint // one that is wrapped gets a place of its own
	if f == nil {
		f = reason(err, "Errback")
	}
	if !d.state.fireable() {
		return d.refuse()
	}
	if d.marks&traced != 0 {
		f = d.noteResult(f)
	}
	d.settle(*new(T), f, 0)
	if next := d.resume(); next != nil {
		d.follow(next)
	}
	return nil
}

// refuse answers a Callback or Errback that comes too late.
func (d *Deferred[T]) refuse() error {
	switch {
	case d.state == bound:
		return ErrAlreadyChained
	case d.marks&swallow != 0:
		d.marks &^= swallow
		return nil
	case d.marks&traced != 0:
		return &alreadyCalledError{first: records.firedAt(d.record())}
	default:
		return ErrAlreadyCalled
	}
}
