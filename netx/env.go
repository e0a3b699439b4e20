package netx

import (
	"time"

	"github.com/spindle-go/spindle/deferred"
)

// env is what the connections of one network have in common. Loop goroutine
// only.
type env struct {
	// Fixed after the network was made.
	clock deferred.Clock
	later func(f func())   // calls f in the next turn
	now   func() time.Time // what clock goes by
	loop  loopCaller       // how other goroutines reach it; nil if they cannot

	owner bool      // written by every loop-only method, read by none
	soon  []turner  // what wants to go on in the next turn
	frame []byte    // where frames are put together that are sent, see wrap
	tls   *tlsWorks // nil until a connection speaks TLS
}

// turner is something that goes on in the next turn, where no caller of it is
// in the middle of something.
type turner interface{ turn() }

// own is the write by which the race detector sees a call from a goroutine that
// is not the loop's. Without the detector it is one store.
func (e *env) own() { e.owner = true }

// nowOf returns what tells the time of a clock: the clock itself, if it can.
func nowOf(clock deferred.Clock) func() time.Time {
	if c, ok := clock.(interface{ Now() time.Time }); ok {
		return c.Now
	}
	return time.Now
}

// next has t.turn called in the next turn of the loop.
func (e *env) next(t turner) {
	e.soon = append(e.soon, t)
	if len(e.soon) == 1 {
		e.later(e.run)
	}
}

// run calls what was there; what that adds waits for another turn.
func (e *env) run() {
	e.own()
	batch := e.soon
	e.soon = nil
	for _, t := range batch {
		t.turn()
	}
}

// drain is run, until nothing is left. It is for the end of the loop, after
// which there is no other turn.
func (e *env) drain() {
	for len(e.soon) > 0 {
		e.run()
	}
}
