package chain

import "github.com/spindle-go/spindle/deferred"

// Await returns d's result in a coroutine, and holds the coroutine up until it is
// there. The error is a *failure.Failure or nil. If d has fired Await returns at
// once, without anything else having run.
//
// The result is moved, as by Chain: d is left with the zero value, and a failure
// counts as handled. There can be one consumer; for a second one Await returns
// ErrAlreadyChained, and [Fork] makes copies. A coroutine that awaits its own
// Deferred, through however many others, gets ErrChainCycle.
//
// A Cancel of the coroutine's Deferred cancels d while it is being awaited. When
// the loop ends meanwhile, Await does not return; see [Async].
//
// It allocates nothing, but for the first wait for each type. A fired Deferred
// costs about a tenth of a hand-over between two goroutines through a channel, and
// one that has to be waited for about half of one. A co that is not the caller's
// own panics, and so does a nil d.
func Await[T any](co *Co, d *deferred.Deferred[T]) (T, error) {
	co.check()
	if d == nil {
		panic("chain: Await of a nil Deferred")
	}
	if v, f, ready := d.Poll(); ready {
		if f != nil {
			return v, f
		}
		return v, nil
	}
	if !co.strand.MayWait() {
		panic(deferred.ErrAbandoned)
	}
	in := inboxOf[T](co)
	if in.Wait(d) {
		co.hold()
	}
	return in.Take()
}
