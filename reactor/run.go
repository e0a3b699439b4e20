package reactor

import (
	"context"
	"fmt"
	"time"

	"github.com/spindle-go/spindle/deferred"
)

// life says where the reactor is in its life.
//
//	from      what happens                                  to
//	--------  --------------------------------------------  --------
//	idle      Run                                           starting
//	starting  the Before phase of startup is over           running
//	starting  Stop, end of the context, signal              stopping
//	running   Stop, end of the context, signal              stopping
//	stopping  the loop fires the shutdown event             closing
//	closing   the After phase of shutdown is over           idle
//	any       Run's goroutine ends by panic or Goexit       idle
type life uint8

const (
	idle life = iota
	starting
	running
	stopping // asked to stop, and the loop has yet to see it
	closing
)

// stoppable reports whether Stop has something to stop.
func (l life) stoppable() bool { return l == starting || l == running }

// Run runs the loop on the calling goroutine until Stop is called, ctx ends or a
// signal comes, and shutdown is over. It returns nil after Stop and after a
// signal, and the cause of ctx's end after that. Other errors: ErrAlreadyRunning,
// and what the kernel says when it gives the reactor nothing to wait with.
//
// Startup and shutdown are events in three phases, see AddSystemEventTrigger. At
// the end everything that Run opened is closed and every goroutine it started
// has ended. Delayed calls that are pending stay. A reactor can be run again, on
// any goroutine.
func (r *Reactor) Run(ctx context.Context) (err error) {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err := r.begin(); err != nil {
		return err
	}
	defer func() { err = r.finish(err) }()
	defer r.watchSignals()()
	defer r.watchContext(ctx)()
	if _, err := r.poller(); err != nil {
		return err
	}
	if err := r.startPool(); err != nil {
		return err
	}
	r.fire(Startup, r.nowRunning, func() {})
	for !r.ended {
		if err := r.turn(); err != nil {
			return err
		}
	}
	return nil
}

// watchContext stops the reactor when ctx ends. The returned function ends that:
// nothing of it touches the reactor afterwards.
func (r *Reactor) watchContext(ctx context.Context) (end func()) {
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		_ = r.stop(context.Cause(ctx)) // it may be stopping already
	})
	return func() {
		if !stop() {
			<-ended
		}
	}
}

// begin makes the reactor this goroutine's.
func (r *Reactor) begin() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.life != idle {
		return ErrAlreadyRunning
	}
	r.own()
	r.life, r.cause, r.ended = starting, nil, false
	r.calls.open()
	r.loop.Store(goroutineID())
	r.turns = deferred.NewTurns()
	r.turns.Begin()
	return nil
}

// nowRunning is the reactor's part of startup.
func (r *Reactor) nowRunning() *deferred.Deferred[struct{}] {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.life == starting {
		r.life = running
	}
	return nil
}

// isRunning reports whether startup is over and shutdown has not begun.
func (r *Reactor) isRunning() bool { return r.lifeNow() == running }

func (r *Reactor) lifeNow() life {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.life
}

// Stop makes Run begin the shutdown at the end of the turn, and return when that
// is over; it does not wait for it. ErrNotRunning when there is nothing to stop,
// or it is stopping already. Any goroutine may call it.
func (r *Reactor) Stop() error { return r.stop(nil) }

// stop is Stop, with what Run is to return.
func (r *Reactor) stop(cause error) error {
	r.mu.Lock()
	if !r.life.stoppable() {
		r.mu.Unlock()
		return ErrNotRunning
	}
	r.life, r.cause = stopping, cause
	r.mu.Unlock()
	r.wake()
	return nil
}

// Stopped returns a channel that is closed when the run that is going on, or the
// next one, has ended. Any goroutine may call it.
func (r *Reactor) Stopped() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stopped
}

// turn is one turn of the loop: wait, then run the descriptors that are ready,
// the thread calls that were there, and the delayed calls that were due when the
// turn began. What these add runs in the next turn, so none of them can starve the
// others.
func (r *Reactor) turn() error {
	r.turns.End()
	p := r.poll.Load()
	n, err := p.Wait(r.events, r.untilNext(), r.lookForWork)
	r.turns.Begin()
	if err != nil {
		return fmt.Errorf("reactor: waiting: %w", err)
	}
	r.own()
	r.counters.turns++
	calls, now, mark := r.calls.take(), r.elapsed(), r.delayed.Mark()
	r.descriptors.dispatch(p, r.events[:n])
	r.runThreadCalls(calls)
	r.runDelayed(now, mark)
	if r.beginShutdown() {
		r.fire(Shutdown, r.disconnect, func() { r.ended = true })
	}
	return nil
}

// untilNext returns how long the loop may wait; negative is for ever.
func (r *Reactor) untilNext() time.Duration {
	at, ok := r.delayed.Next()
	if !ok {
		return -1
	}
	return max(at-r.elapsed(), 0)
}

// hasWork reports whether the loop has something to do that no descriptor will
// tell it of. The poller asks it after it has said that it is about to sleep.
func (r *Reactor) hasWork() bool {
	return r.calls.length() > 0 || r.lifeNow() == stopping
}

// beginShutdown reports, once, that the loop was asked to stop.
func (r *Reactor) beginShutdown() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.life != stopping {
		return false
	}
	r.life = closing
	return true
}

// disconnect is the reactor's part of shutdown.
func (r *Reactor) disconnect() *deferred.Deferred[struct{}] {
	r.descriptors.disconnectAll()
	return r.stopPool()
}

// Close gives up the descriptors that were added to a reactor that does not run,
// with ErrStopped, and closes the poller that this opened. It is for a reactor
// that is thrown away before it ran, since Run does all that at its end. A closed
// reactor can still be run. ErrAlreadyRunning while it runs. Loop goroutine only.
func (r *Reactor) Close() error {
	r.own()
	if r.lifeNow() != idle {
		return ErrAlreadyRunning
	}
	return r.giveBack()
}

// giveBack gives up all descriptors and closes the poller.
func (r *Reactor) giveBack() error {
	r.descriptors.disconnectAll()
	r.descriptors.closed = false
	p := r.poll.Swap(nil)
	if p == nil {
		return nil
	}
	r.counters.wakeups += p.Wakeups()
	return p.Close()
}

// finish gives everything back, in whatever way Run has ended, and returns what
// Run returns.
func (r *Reactor) finish(err error) error {
	r.calls.close()
	r.runThreadCalls(r.calls.take()) // accepted is accepted
	if closeErr := r.giveBack(); err == nil {
		err = closeErr
	}
	if !r.ended {
		r.dropPool()
	}
	r.turns.Close()
	r.loop.Store(0)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.life = idle
	close(r.stopped)
	r.stopped = make(chan struct{})
	if err == nil {
		err = r.cause
	}
	return err
}
