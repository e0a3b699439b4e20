package deferred

import "iter"

// Group is a Canceller that stands for several others, as the list of a Gather
// does. Where PassCancelTo is given one, [Dot] and [Pending] see what is behind
// it. Being one is optional.
type Group interface {
	Canceller

	// WaitsFor lists what it waits for: Deferreds, of which those that have a
	// result may be among them or not. It is called on the goroutine of the
	// Deferred.
	WaitsFor() iter.Seq[Canceller]
}
