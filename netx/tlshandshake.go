package netx

import (
	"context"
	"crypto/tls"
	"iter"
	"net"
	"sync/atomic"

	"github.com/spindle-go/spindle/failure"
)

// stepState says who has the coroutine of a handshake.
//
//	from          what happens                   to
//	------------  -----------------------------  -------------
//	stepResting   a step waits for a worker      stepWaiting
//	stepResting   a step begins on the loop      stepOnLoop
//	stepOnLoop    it is made                     stepResting
//	stepWaiting   a worker begins with it        stepOnWorker
//	stepOnWorker  it is made                     stepReturned
//	stepReturned  the loop has heard of it       stepResting
//	stepWaiting   the connection has ended       stepResting
//	stepReturned  the connection has ended       stepResting
//	stepOnWorker  the connection has ended       stepAbandoned
//
// Who may end the coroutine follows from it: the loop, but after a step on the
// loop the one who called that, and in stepAbandoned the worker.
type stepState = int32

const (
	stepResting stepState = iota
	stepWaiting
	stepOnLoop
	stepOnWorker
	stepReturned
	stepAbandoned
)

// handshake is the handshake of one connection. crypto/tls makes it in one call
// that reads and writes, so that call is a coroutine, which rests whenever it has
// read everything: what it does between two rests is a step.
type handshake struct {
	// Fixed after newHandshake.
	tls           *tls.Conn
	pipe          *tlsPipe
	effort        effort
	ctx           context.Context //nolint:containedctx // it is handed to the coroutine
	giveUp        context.CancelFunc
	local, remote net.Addr
	done          func(*handshake) // called on the loop, after a step

	// Loop goroutine only.
	next      func() (struct{}, bool) // nil before the first step
	stop      func()
	stopTimer func() bool

	// Whoever makes a step.
	over bool // the call has returned
	err  error

	state atomic.Int32 // see stepState
}

// begin makes the coroutine.
func (h *handshake) begin() {
	h.next, h.stop = iter.Pull(func(yield func(struct{}) bool) {
		h.err = errHandshakeGoexit
		defer func() {
			h.over = true
			if v := recover(); v != nil { // a function of the configuration
				h.err = failure.Recovered(v)
			}
		}()
		h.pipe.yield = yield
		h.err = h.tls.HandshakeContext(h.ctx)
	})
}

// step goes on until the call needs more input, or returns.
func (h *handshake) step() { h.next() }

// onThisGoroutine makes a step on the loop.
func (h *handshake) onThisGoroutine() {
	h.state.Store(stepOnLoop)
	h.step()
	h.state.Store(stepResting)
	h.done(h)
}

// end ends the coroutine, which may not have begun. Loop goroutine only.
func (h *handshake) end() {
	h.giveUp()
	if h.stopTimer != nil {
		h.stopTimer()
		h.stopTimer = nil
	}
	if h.next == nil || h.state.Load() == stepOnLoop || h.state.CompareAndSwap(stepOnWorker, stepAbandoned) {
		return
	}
	h.state.Store(stepResting)
	h.stop()
}

// localAddr implements addressed.
func (h *handshake) localAddr() net.Addr { return h.local }

// remoteAddr implements addressed.
func (h *handshake) remoteAddr() net.Addr { return h.remote }
