package deferred

// state says where a Deferred stands. Pausing is apart from it: a count, which
// keeps a settled Deferred from running its handlers.
//
//	from        what happens                              to
//	----------  ----------------------------------------  ----------
//	pending     Callback, Errback                         settled
//	pending     Cancel, with a canceller                  cancelling
//	pending     Cancel, without one                       settled (ErrCancelled)
//	cancelling  Callback, Errback by the canceller        settled
//	cancelling  the canceller returned, panicked          settled (ErrCancelled, the panic)
//	cancelling  what the cancel was passed to returned    pending
//	bound       its source handed over                    settled, or waiting
//	bound       its strand's work waits, goes on          bound, to another source
//	bound       its strand's work is over                 settled, or waiting
//	settled     not paused and a handler is there         running
//	running     no handler left, or paused                settled
//	running     a handler answered Chain, not there yet   waiting
//	running     a consumer took the result                settled (zero value)
//	waiting     the inner Deferred handed over            settled
//
// Reading order: the first three have no result yet, the last three had one.
type state uint8

const (
	pending    state = iota // not fired
	cancelling              // not fired, and its canceller is running: another Cancel does nothing
	bound                   // made by Then or of a strand: fires from its source alone
	running                 // a handler is being run, or was just taken to be
	waiting                 // the result is going to come from another Deferred
	settled                 // has a result, and nothing of it is running
)

// fireable reports whether Callback and Errback may give the result.
func (s state) fireable() bool { return s <= cancelling }

// called reports whether the Deferred was fired.
func (s state) called() bool { return s >= running }

// mark is a set of facts about a Deferred that its state does not tell.
type mark uint8

const (
	// swallow: cancelled while nobody could be told, so that one late
	// Callback or Errback of the producer is taken without an error.
	swallow mark = 1 << iota
	// consumed: another Deferred takes, or took, the result. There is one such
	// consumer at most.
	consumed
	// observed: the present failure was seen by a collector, or was reported
	// as unhandled, so that it is not reported again.
	observed
	// traced: there is a record of the Deferred, see record.
	traced
)
