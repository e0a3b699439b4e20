package reactor

import (
	"context"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/threads"
)

// The size of the pool that a reactor makes for itself; Twisted's figures.
const (
	poolMin = 0
	poolMax = 10
)

// ThreadPool returns the reactor's pool, for threads.DeferToThread and for
// Resize and Stats. It is made on first use. The reactor starts it when it runs
// and stops it in the During phase of shutdown; before that, jobs wait. Any
// goroutine may call it.
func (r *Reactor) ThreadPool() *threads.Pool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.pool == nil {
		r.pool = threads.NewPool(poolMin, poolMax, threads.WithLogger(r.log()))
		if r.life != idle {
			_ = r.pool.Start() // a pool just made cannot refuse
		}
	}
	return r.pool
}

// CallInThread has f run in the pool, where it may block. A panic in it is
// logged. For a result use threads.DeferToThread. The error is the pool's, such
// as threads.ErrPoolFull. Any goroutine may call it.
func (r *Reactor) CallInThread(f func()) error {
	if f == nil {
		panic("reactor: CallInThread with a nil function")
	}
	return r.ThreadPool().Submit(f)
}

// startPool starts the pool if there is one.
func (r *Reactor) startPool() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.pool == nil {
		return nil
	}
	return r.pool.Start()
}

// stopPool stops the pool without blocking the loop, which the jobs may be
// waiting for. The Deferred fires when its workers have ended or the time for
// that is over.
func (r *Reactor) stopPool() *deferred.Deferred[struct{}] {
	r.mu.Lock()
	p := r.pool
	r.mu.Unlock()
	if p == nil {
		return nil
	}
	d := deferred.New[struct{}]()
	// This goroutine ends with Stop, which the timeout bounds, and Run does not
	// return before it has reported.
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), r.poolTimeout)
		defer cancel()
		err := p.Stop(ctx)
		_ = r.CallFromThread(func() {
			if err != nil {
				_ = d.Errback(err)
				return
			}
			_ = d.Callback(struct{}{})
		})
	}()
	return d
}

// dropPool stops the pool when there was no shutdown to do it: jobs that run are
// told by their contexts, those in the queue are dropped, and nothing is waited
// for.
func (r *Reactor) dropPool() {
	r.mu.Lock()
	p := r.pool
	r.mu.Unlock()
	if p == nil {
		return
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(ErrStopped)
	if err := p.Stop(ctx); err != nil {
		r.log().Error("reactor: the pool was dropped", "error", err)
	}
}
