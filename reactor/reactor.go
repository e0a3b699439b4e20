package reactor

import (
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/internal/poller"
	"github.com/spindle-go/spindle/timeout"
)

// Reactor is one loop on one goroutine: it waits for descriptors, thread calls
// and delayed calls and runs what they are for, in a fixed order. [New] makes
// one; the zero value is not usable.
//
// While Run runs, its goroutine owns the reactor; before and after, whoever has
// the reactor in hand does. Only the methods that say so may be called from
// another goroutine. There is no lock to enforce that: the race detector reports
// a call from elsewhere, see own.
type Reactor struct {
	// Fixed after New.
	options
	start       time.Time   // what deadlines are counted from, with the monotonic clock
	lookForWork func() bool // hasWork, bound once

	// Any goroutine; each has its own rules.
	calls   threadCalls
	workers workers
	poll    atomic.Pointer[poller.Poller]  // nil until something needs it, and after Run
	turns   atomic.Pointer[deferred.Turns] // nil unless Run runs
	since   atomic.Int64                   // when the callback began that runs, see watchdog

	// mu protects these: they are asked from any goroutine.
	mu      sync.Mutex
	life    atomic.Uint32 // a life; mu is held for every change, so a look needs no lock
	cause   error         // why Run is to return what it returns
	stopped chan struct{} // closed when the run ends that is going on or comes next

	// Loop goroutine only.
	owner       bool // written by every loop-only method, read by none
	stage       stage
	passage     *passage // the system event that is under way, or nil
	triggers    triggers
	delayed     *timeout.Queue
	descriptors descriptors
	events      []poller.Event
	counters    counters
}

// New returns a reactor that does not run yet. It fails with ErrUnsupported when
// the poller that was asked for is not there on this platform, and with what the
// kernel says when it gives none.
//
// A reactor opens its descriptors when it first needs them, and Run closes them
// when it returns, so one that is thrown away holds nothing. Any goroutine may
// call New.
func New(opts ...Option) (*Reactor, error) {
	r := &Reactor{
		options: defaults(),
		start:   time.Now(),
		stopped: make(chan struct{}),
		events:  make([]poller.Event, maxEvents),
	}
	for _, o := range opts {
		o(&r.options)
	}
	r.lookForWork = r.hasWork
	r.delayed = timeout.NewQueue(r.start, r.elapsed)
	r.descriptors.r = r
	r.workers.init(r)
	// Opened and closed again: whether it can be had is to be known here.
	p, err := poller.New(r.kind)
	if err != nil {
		return nil, err
	}
	return r, p.Close()
}

// maxEvents is how many ready descriptors one turn takes in; the rest has its
// turn in the next. It bounds the time between two looks at the clock.
const maxEvents = 512

// Now returns the present time. Its monotonic part is what delayed calls go by.
// Any goroutine may call it.
func (r *Reactor) Now() time.Time { return time.Now() }

// elapsed is the monotonic time since the reactor was made.
func (r *Reactor) elapsed() time.Duration { return time.Since(r.start) }

// log returns the logger of the reactor.
func (r *Reactor) log() *slog.Logger {
	if r.logger != nil {
		return r.logger
	}
	return slog.Default()
}

// openPoller returns the poller, and opens it if there is none.
func (r *Reactor) openPoller() (*poller.Poller, error) {
	if p := r.poll.Load(); p != nil {
		return p, nil
	}
	p, err := poller.New(r.kind)
	if err != nil {
		return nil, err
	}
	r.poll.Store(p)
	return p, nil
}

// closePoller closes the poller, if there is one. A wake that comes too late
// finds none, or one that says so.
func (r *Reactor) closePoller() error {
	p := r.poll.Swap(nil)
	if p == nil {
		return nil
	}
	r.counters.wakeups += p.Wakeups()
	return p.Close()
}

// wake gets the loop out of its wait, if it waits. Any goroutine may call it,
// after it has put down what the loop is to find.
func (r *Reactor) wake() {
	p := r.poll.Load()
	if p == nil {
		return // nobody sleeps
	}
	if err := p.Wake(); err != nil && !errors.Is(err, poller.ErrClosed) {
		r.log().Error("reactor: the waker's pipe is broken", "error", err)
	}
}
