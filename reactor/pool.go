package reactor

import (
	"context"
	"errors"
	"sync"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/threads"
)

// The size of the pool that a reactor makes for itself; Twisted's figures.
const (
	poolMin = 0
	poolMax = 10
)

// ThreadPool returns the reactor's pool, for threads.DeferToThread and for
// Resize and Stats. It is made on first use. Run starts it, so jobs submitted
// before wait. The During phase of shutdown stops it: from then until the next
// Run it refuses jobs. Ask for it each time: after a job that did not end in
// time, the next Run gets another one, unless it was given by WithPool. Any
// goroutine may call it.
func (r *Reactor) ThreadPool() *threads.Pool { return r.workers.get() }

// CallInThread has f run in the pool, where it may block. A panic in it is
// logged. For a result use threads.DeferToThread. The error is the pool's:
// threads.ErrPoolFull, or threads.ErrPoolStopped after the reactor has stopped. A
// nil f panics. Any goroutine may call it. It is Twisted's callInThread.
func (r *Reactor) CallInThread(f func()) error {
	if f == nil {
		panic("reactor: CallInThread with a nil function")
	}
	return r.ThreadPool().Submit(f)
}

// shift says what the reactor wants of its pool, be it made yet or not.
//
//	from      what happens                        to
//	--------  ----------------------------------  --------
//	waiting   Run                                 working
//	working   the During phase of shutdown, or    home
//	          the end of a Run without that
//	home      Run                                 working
type shift uint8

const (
	waiting shift = iota // jobs are taken, and wait
	working              // jobs run
	home                 // no job is taken
)

// workers is the pool of a reactor.
type workers struct {
	// Fixed after init.
	r     *Reactor
	given bool // by WithPool, so it is never replaced

	mu    sync.Mutex    // ThreadPool is for any goroutine
	pool  *threads.Pool // nil until it is needed
	shift shift

	// Loop goroutine only.
	leaving *leaving // what end began, until drop
}

// leaving is a pool that is being stopped.
type leaving struct {
	hurry context.CancelFunc
	left  chan struct{} // closed when the goroutine that waits for it has ended
}

// init is called by New.
func (w *workers) init(r *Reactor) {
	w.r, w.pool, w.given = r, r.givenPool, r.givenPool != nil
}

// get returns the pool, and makes it if there is none.
func (w *workers) get() *threads.Pool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.pool != nil {
		return w.pool
	}
	w.pool = threads.NewPool(poolMin, poolMax, threads.WithLogger(w.r.logger))
	switch w.shift {
	case working:
		_ = w.pool.Start() // a pool just made cannot refuse
	case home:
		_ = w.pool.Stop(context.Background()) // nor has it anything to wait for
	}
	return w.pool
}

// begin starts the pool, if there is one.
func (w *workers) begin() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.pool != nil {
		err := w.pool.Start()
		if errors.Is(err, threads.ErrPoolStopping) && !w.given {
			// A job of the run before does not end. It must not keep the reactor
			// from running again, so it stays alone with its pool.
			w.pool, err = nil, nil
		}
		if err != nil {
			return err
		}
	}
	w.shift = working
	return nil
}

// goHome has jobs refused from now on, and returns the pool if it works.
func (w *workers) goHome() *threads.Pool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.shift != working {
		return nil
	}
	w.shift = home
	return w.pool
}

// end stops the pool without blocking the loop, for which its jobs may be
// waiting. The Deferred fires when the workers have ended, or the time that they
// have for that; nil says that there are none.
func (w *workers) end() *deferred.Deferred[struct{}] {
	p := w.goHome()
	if p == nil {
		return nil
	}
	ctx, hurry := context.WithTimeout(context.Background(), w.r.poolTimeout)
	left := make(chan struct{})
	w.leaving = &leaving{hurry: hurry, left: left}
	d := deferred.New[struct{}]()
	go func() { // until Stop returns, which the timeout bounds; drop waits for it
		defer close(left)
		w.stop(ctx, p)
		// It is refused if the loop has ended without waiting; drop does then.
		_ = w.r.CallFromThread(func() { _ = d.Callback(struct{}{}) })
	}()
	return d
}

// stop stops the pool and logs what it left behind.
func (w *workers) stop(ctx context.Context, p *threads.Pool) {
	if err := p.Stop(ctx); err != nil {
		w.r.log().Error("reactor: the pool was stopped before its jobs had ended", "error", err)
	}
}

// drop ends what of this there still is when Run ends. After a shutdown that is
// nothing. Without one, jobs that run are told by their contexts, those in the
// queue are dropped, and nothing is waited for.
func (w *workers) drop() {
	if w.leaving != nil {
		w.leaving.hurry()
		<-w.leaving.left
		w.leaving = nil
	} else if p := w.goHome(); p != nil {
		ctx, cancel := context.WithCancelCause(context.Background())
		cancel(ErrStopped)
		w.stop(ctx, p)
	}
}
