package deferred

import (
	"os"
	"runtime/trace"
	"sync/atomic"
)

// debugVariable switches debug mode on from outside, with the value 1.
const debugVariable = "SPINDLE_DEBUG"

// attention says why Deferreds that are made now may need a record. Zero is the
// usual: no reason at all.
//
//	bit               set                               cleared
//	----------------  --------------------------------  ----------------------------
//	forDebug          SetDebug(true), or environment    SetDebug(false)
//	forTrace          one is made or first used while   one is made and runtime/trace
//	                  runtime/trace is recording        is not recording
//	forEnvironment    at the start                      one is made, or SetDebug
//
// It is package state because what it is about are all Deferreds, whoever makes
// them, on whichever goroutine; and because a program that is stuck must be able
// to say what it waits for without having been prepared for it. Only functions
// and not methods of sync/atomic are cheap enough for the compiler to put New,
// with the look at it, into its callers.
var attention = forEnvironment //nolint:gochecknoglobals // the reason is above

const (
	forDebug uint32 = 1 << iota
	forTrace
	forEnvironment // nobody has looked at it yet
)

// SetDebug switches debug mode on or off. The environment variable
// SPINDLE_DEBUG=1 has it on from the start.
//
// Of each Deferred that is made in debug mode is noted where it was made, where
// it was fired, and where its handlers were added; of each failure the way that
// it takes. From that come [Pending]; the places that [Dot] draws; the origins in
// [Unhandled]; failures that print with their story; an ErrAlreadyCalled that
// says where it was fired first; and reports of use by two goroutines at once,
// see [SetMisuseHandler]. A failure is copied at each hop, so compare failures by
// errors.Is. One that was made before goes on without, unless it had no handler yet:
// that counts as made where it gets the first, as the zero value does. One made
// in debug mode is noted to its end.
//
// It costs a few microseconds and about a kilobyte for each Deferred and a
// microsecond for each handler. Off, it costs an atomic load for each Deferred.
//
// Any goroutine may call it. It is a switch for the process; asyncio has the like.
func SetDebug(on bool) {
	if on {
		turn(forEnvironment, forDebug)
	} else {
		turn(forEnvironment|forDebug, 0)
	}
}

// turn clears bits of attention and sets others.
func turn(off, on uint32) {
	for {
		was := atomic.LoadUint32(&attention)
		if now := was&^off | on; now == was || atomic.CompareAndSwapUint32(&attention, was, now) {
			return
		}
	}
}

// attentive reports whether one that is made now may need a record. It is all
// that making one costs if it does not.
func attentive() bool { return atomic.LoadUint32(&attention) != 0 }

// watching is attentive, and notices that runtime/trace has begun to record.
func watching() bool { return attentive() || trace.IsEnabled() }

// reasons looks why there should be a record.
func reasons() (debug, tracing bool) {
	if tracing = trace.IsEnabled(); tracing {
		turn(0, forTrace)
	} else {
		turn(forTrace, 0)
	}
	was := atomic.LoadUint32(&attention)
	if was&forEnvironment != 0 {
		now := was &^ forEnvironment
		if os.Getenv(debugVariable) == "1" {
			now |= forDebug
		}
		atomic.CompareAndSwapUint32(&attention, was, now) // if not, SetDebug came first, and decides
	}
	return atomic.LoadUint32(&attention)&forDebug != 0, tracing
}
