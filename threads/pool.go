package threads

import (
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/spindle-go/spindle/failure"
)

// Pool runs jobs that may block on a bounded number of goroutines, its workers,
// first come, first served.
//
// A job goes to an idle worker if there is one, else to a new worker while
// there are fewer than max, else to the end of the queue. Of the idle workers
// the one that worked last is chosen, so that in a lull the others grow old and
// end. Every worker is a goroutine that ends with Stop at the latest.
//
// Make one with [NewPool]; the zero value is not useful. All methods may be
// called from any goroutine. It is Twisted's ThreadPool, with a limit, an answer
// where that drops jobs in silence, and a Stop with a deadline.
type Pool struct {
	// Fixed after NewPool.
	born        time.Time // that of NewPool: what time is counted from
	limit       int       // of the queue; negative: none
	idleTimeout time.Duration
	logger      *slog.Logger // nil: slog.Default

	mu       sync.Mutex // protects all below; never held while foreign code runs
	state    poolState
	min, max int
	queue    list[job]     // not empty only if no worker is idle
	idle     list[*worker] // longest idle first
	looking  list[*worker]
	busy     list[*worker]
	ended    chan struct{} // closed when the state becomes stopped; each run has its own

	// Protected by mu too: what Stats tells.
	completed, panicked, dropped, undelivered uint64
}

// poolState is what a Pool is about.
//
//	from      to        when
//	fresh     running   Start; what is queued runs
//	fresh     stopped   Stop; what is queued is dropped
//	running   stopping  Stop
//	stopping  stopped   the last worker ends
//	stopped   running   Start
type poolState int

const (
	poolFresh    poolState = iota // takes jobs, has no workers
	poolRunning                   // takes jobs, has workers
	poolStopping                  // takes none, runs what it has
	poolStopped                   // takes none, has nothing
)

// NewPool returns a Pool that keeps at least min workers and has at most max.
// It starts no goroutine; [Pool.Start] does. Jobs can be submitted at once: they
// wait for Start. It panics when max is below 1 or min is not within 0 and max.
func NewPool(min, max int, opts ...PoolOption) *Pool {
	if err := checkSize(min, max); err != nil {
		panic(err.Error())
	}
	p := &Pool{
		born:        time.Now(),
		limit:       -1,
		idleTimeout: defaultIdleTimeout,
		min:         min,
		max:         max,
		ended:       make(chan struct{}),
	}
	for _, opt := range opts {
		opt(p)
	}
	return p
}

// Start starts min workers, and more for the jobs that were submitted before,
// in their order. On a Pool that runs it does nothing. A Pool that was stopped
// can be started again; [ErrPoolStopping] says that jobs of the run before have
// not ended yet. It does not block.
func (p *Pool) Start() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch p.state {
	case poolRunning:
		return nil
	case poolStopping:
		return ErrPoolStopping
	}
	p.move(poolRunning)
	p.grow()
	return nil
}

// Submit has f called once on a worker. It does not wait for that. Jobs begin
// in the order in which they were submitted; before Start they wait.
//
// It answers [ErrPoolStopped] after Stop and [ErrPoolFull] beyond the queue's
// limit; then f is never called. A nil f panics.
//
// A panic in f is logged with its stack and costs only this job. So does
// runtime.Goexit, after which the Pool makes a new goroutine for its worker. The
// Pool keeps nothing of f once it returned. It costs one small allocation and,
// when a worker is idle, one hand-over between goroutines. It is Twisted's
// callInThread.
func (p *Pool) Submit(f func()) error {
	if f == nil {
		panic("threads: Submit of a nil function")
	}
	return p.submit(&newPlain(p, f).node)
}

// Resize changes min and max, as for NewPool, and answers an [ErrPoolSize] when
// they make no sense. Missing workers start at once; of those beyond max the
// idle ones end at once, the busy ones after their job. It does not block. It is
// Twisted's adjustPoolsize.
func (p *Pool) Resize(min, max int) error {
	if err := checkSize(min, max); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.min, p.max = min, max
	p.rouseAll() // each finds out anew whether it stays, and for how long
	if p.state == poolRunning || p.state == poolStopping {
		p.grow()
	}
	return nil
}

func checkSize(min, max int) error {
	switch {
	case max < 1:
		return fmt.Errorf("%w: max is %d, must be at least 1", ErrPoolSize, max)
	case min < 0:
		return fmt.Errorf("%w: min is %d, must not be negative", ErrPoolSize, min)
	case min > max:
		return fmt.Errorf("%w: min is %d, must not be above max, which is %d", ErrPoolSize, min, max)
	}
	return nil
}

// submit finds a place for the job of n: an idle worker, a new one, or the queue.
func (p *Pool) submit(n *node[job]) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.state == poolStopping || p.state == poolStopped:
		return ErrPoolStopped
	case p.idle.size > 0:
		p.rouse(p.idle.last().item, n.item)
	case p.looking.size > p.queue.size: // a worker will see it at once
		p.queue.pushBack(n)
	case p.state == poolRunning && p.workers() < p.max:
		p.spawn(n.item)
	case p.limit >= 0 && p.queue.size >= p.limit:
		return ErrPoolFull
	default:
		p.queue.pushBack(n)
	}
	return nil
}

// withdraw takes a cancelled job out of the queue, so that it keeps neither a
// place nor memory there. A job that a worker has taken already is left alone;
// the worker finds out.
func (p *Pool) withdraw(n *node[job]) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.queue.remove(n) {
		p.dropped++
	}
}

// move is the only place where the state changes; mu is held.
func (p *Pool) move(to poolState) {
	switch to {
	case poolRunning:
		p.ended = make(chan struct{})
	case poolStopped:
		close(p.ended)
	}
	p.state = to
}

// workers is the number of workers; mu is held.
func (p *Pool) workers() int { return p.idle.size + p.looking.size + p.busy.size }

// grow starts workers for queued jobs as far as max allows, then as many as min
// asks for; mu is held.
func (p *Pool) grow() {
	for p.queue.size > 0 && p.workers() < p.max {
		p.spawn(p.queue.popFront())
	}
	for p.state == poolRunning && p.workers() < p.min {
		p.spawn(nil)
	}
}

// lose takes note of a result that cannot be delivered.
func (p *Pool) lose(err error) {
	p.mu.Lock()
	p.undelivered++
	p.mu.Unlock()
	p.log().Warn("threads: the result of a job could not be delivered", "error", err)
}

// logCrash tells of a crash that no Deferred is there to tell of.
func (p *Pool) logCrash(crash *failure.Failure) {
	p.log().Error("threads: a job crashed", "failure", crash)
}

// log is where to tell what nobody else can be told.
func (p *Pool) log() *slog.Logger {
	if p.logger == nil {
		return slog.Default()
	}
	return p.logger
}
