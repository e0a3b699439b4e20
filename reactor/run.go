package reactor

import (
	"cmp"
	"context"
	"errors"

	"github.com/spindle-go/spindle/deferred"
)

// Run runs the loop on the calling goroutine until Stop is called, ctx ends or a
// signal comes, and shutdown is over. It returns nil after Stop and after a
// signal, and the cause of ctx's end after that; whichever came first counts. If
// ctx has ended before, it does nothing and returns that cause. Other errors:
// ErrAlreadyRunning; threads.ErrPoolStopping while a pool given by WithPool still
// has jobs of the run before; and what the kernel says when it gives the reactor
// nothing to wait with. A Run that could not begin has changed nothing.
//
// Startup and shutdown are events in three phases, see AddSystemEventTrigger. At
// the end everything that Run opened is closed and every goroutine it started
// has ended. Delayed calls that are pending stay. A reactor can be run again, on
// any goroutine; in Twisted it cannot.
//
// A callback that ends the goroutine with runtime.Goexit, as testing's FailNow
// does, ends Run without a shutdown event: descriptors, pool and accepted thread
// calls are seen to as at any other end.
func (r *Reactor) Run(ctx context.Context) (err error) {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err := r.begin(); err != nil {
		return err
	}
	defer r.finish(&err)
	defer r.watchContext(ctx)()
	defer r.watchSignals()()
	defer r.watchLoop()()
	r.passage = &passage{event: Startup}
	r.proceed()
	for r.stage != ended {
		if err := r.turn(); err != nil {
			return err
		}
	}
	return nil
}

// begin makes the reactor this goroutine's, with all that can fail. Nothing of it
// is this goroutine's before the lock is had and the reactor found idle.
func (r *Reactor) begin() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.lifeNow() != idle {
		return ErrAlreadyRunning
	}
	r.own()
	if err := r.provide(); err != nil {
		return err
	}
	r.life.Store(uint32(running))
	r.calls.open()
	turns := deferred.NewTurns()
	turns.Begin()
	r.turns.Store(turns)
	return nil
}

// provide gets what Run needs from others.
func (r *Reactor) provide() error {
	before := r.poll.Load()
	if _, err := r.openPoller(); err != nil {
		return err
	}
	err := r.workers.begin()
	if err != nil && before == nil {
		err = both(err, r.closePoller())
	}
	return err
}

// both is errors.Join, with a single error as it is.
func both(a, b error) error {
	if a == nil || b == nil {
		return cmp.Or(a, b)
	}
	return errors.Join(a, b)
}

// watchContext stops the reactor when ctx ends. The returned function ends that:
// nothing of it touches the reactor afterwards.
func (r *Reactor) watchContext(ctx context.Context) (end func()) {
	over := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(over)
		_ = r.stop(context.Cause(ctx)) // it may be stopping already
	})
	return func() {
		if !stop() {
			<-over
		}
	}
}

// finish gives everything back, in whatever way Run has ended: by the end of
// shutdown, by an error, by a panic of the handler for unhandled failures, by
// runtime.Goexit in a callback. What it calls may end in the last two ways as
// well, so that each step is deferred; they are done from the last to the first.
func (r *Reactor) finish(err *error) {
	defer r.rest(err)
	defer r.turns.Load().Close()
	defer func() { *err = both(*err, r.closePoller()) }()
	defer insist(r.descriptors.disconnectAll)
	defer insist(r.lastCalls) // accepted is accepted
	r.workers.drop()          // its jobs' results are among the last calls
}

// insist calls a step until it has come to its end. The step calls code that is
// not ours, which may end the goroutine with runtime.Goexit; called again, it
// goes on behind that.
func insist(step func()) {
	done := false
	defer func() {
		if !done {
			insist(step)
		}
	}()
	step()
	done = true
}

// rest makes the reactor idle, and sets what Run returns.
func (r *Reactor) rest(err *error) {
	r.stage = offline
	r.turns.Store(nil)
	r.mu.Lock()
	defer r.mu.Unlock()
	*err, r.cause = both(*err, r.cause), nil
	r.life.Store(uint32(idle))
	close(r.stopped)
	r.stopped = make(chan struct{})
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
	defer func() { r.stage = offline }()
	r.descriptors.disconnectAll()
	return r.closePoller()
}
