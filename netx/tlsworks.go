package netx

import (
	"runtime"
)

// Sizes of the buffers that all connections with TLS share.
const (
	tlsReadSize  = 64 << 10              // records: four of the largest, some tens of microseconds of work
	tlsPlainSize = tlsReadSize + 20<<10  // what these, and one that was begun before, give
	tlsChunkSize = 64 << 10              // output that is made into records at a time
	tlsPeekSize  = 4 << 10               // records that are read while the input is paused
	tlsMaxRaw    = tlsChunkSize + 64<<10 // records that wait, from which on nothing more is read
)

// maxInline is how many light steps of handshakes are made on the loop in one
// turn. One takes up to some hundred microseconds. To hand it over costs little
// beside that; but alone, it is over sooner on the loop.
const maxInline = 2

// maxBlocking is how many handshakes at a time may be in a function of the
// program's.
const maxBlocking = 64

// tlsWorks is what the connections with TLS of one network share: buffers, and
// workers for handshakes. A worker is a goroutine that makes one step and ends;
// so there are none while there is nothing to do, and none after the reactor has
// stopped but those that are in a function of the program's, whose context has
// ended. They are not in the reactor's pool, where a few slow jobs would hold up
// everybody's handshakes, and the other way round.
//
// There are two kinds of workers. For what is only work there is one less than
// there are processors, so that the loop has one. For what may block there are
// many, since they are not at work most of the time.
//
// Loop goroutine only.
type tlsWorks struct {
	env    *env
	inline int // steps that were made on the loop in this turn
	work   crew
	block  crew

	in    []byte // records, as they come from a socket
	plain []byte // what they say
	out   []byte // records, as they go to a socket
	join  []byte // small pieces for one record
}

// crew is the workers of one kind.
type crew struct {
	limit   int
	running int
	queue   []*handshake
}

// works returns what the connections with TLS share.
func (e *env) works() *tlsWorks {
	if e.tls == nil {
		e.tls = &tlsWorks{
			env:   e,
			in:    make([]byte, tlsReadSize),
			plain: make([]byte, tlsPlainSize),
		}
		e.tls.work.limit = max(1, runtime.GOMAXPROCS(0)-1)
		e.tls.block.limit = maxBlocking
	}
	return e.tls
}

// step has a step made: on the loop before it returns, or on a worker.
func (w *tlsWorks) step(h *handshake) {
	if h.next == nil {
		h.begin()
	}
	switch {
	case w.env.loop == nil:
		h.onThisGoroutine()
	case h.effort == blocking:
		w.enlist(&w.block, h)
	case h.effort == heavy || w.inline >= maxInline:
		w.enlist(&w.work, h)
	default:
		if w.inline == 0 {
			w.env.next(w)
		}
		w.inline++
		h.onThisGoroutine()
	}
}

// turn begins to count anew.
func (w *tlsWorks) turn() { w.inline = 0 }

// enlist gives a step to a worker, or puts it at the end of the queue.
func (w *tlsWorks) enlist(c *crew, h *handshake) {
	h.state.Store(stepWaiting)
	if c.running == c.limit {
		c.queue = append(c.queue, h)
		return
	}
	c.running++
	w.start(c, h)
}

// start starts a worker.
func (w *tlsWorks) start(c *crew, h *handshake) {
	h.state.Store(stepOnWorker)
	go w.run(c, h)
}

// run is a worker.
func (w *tlsWorks) run(c *crew, h *handshake) {
	defer func() { // also if a function of the program's has called runtime.Goexit
		if !h.state.CompareAndSwap(stepOnWorker, stepReturned) {
			h.stop() // the connection has ended meanwhile
		}
		// If the loop has stopped, it has given up the connection too, and there
		// is nobody who waits.
		_ = w.env.loop.CallFromThread(func() { w.finish(c, h) })
	}()
	h.step()
}

// finish takes in what a worker did, and starts the next one.
func (w *tlsWorks) finish(c *crew, h *handshake) {
	w.env.own()
	c.running--
	for len(c.queue) > 0 && c.running < c.limit {
		next := c.queue[0]
		c.queue[0] = nil
		c.queue = c.queue[1:]
		if next.state.Load() == stepWaiting {
			c.running++
			w.start(c, next)
		}
	}
	if h.state.CompareAndSwap(stepReturned, stepResting) {
		h.done(h)
	}
}
