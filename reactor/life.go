package reactor

// life says whether the reactor runs, to whoever asks.
//
//	from      what happens                            to
//	--------  --------------------------------------  --------
//	idle      Run                                     running
//	running   Stop, end of the context, signal        stopping
//	stopping  the loop begins the shutdown event      closing
//	any       Run ends, in whatever way               idle
type life uint32

const (
	idle life = iota
	running
	stopping // asked to stop, and the loop has yet to see it
	closing
)

// lifeNow returns the present state. Any goroutine may call it.
func (r *Reactor) lifeNow() life { return life(r.life.Load()) }

// move makes one change of life, with what belongs to it, and reports whether
// it was made here.
func (r *Reactor) move(from, to life, with func()) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.lifeNow() != from {
		return false
	}
	r.life.Store(uint32(to))
	with()
	return true
}

// Stop makes Run begin the shutdown at the end of the turn, and return when that
// is over; it does not wait for it. What is due before the end of the turn still
// runs. ErrNotRunning when there is nothing to stop, or it is stopping already.
// Any goroutine may call it. It is Twisted's reactor.stop.
func (r *Reactor) Stop() error { return r.stop(nil) }

// stop is Stop, with what Run is to return.
func (r *Reactor) stop(cause error) error {
	if !r.move(running, stopping, func() { r.cause = cause }) {
		return ErrNotRunning
	}
	r.wake()
	return nil
}

// beginShutdown reports, once, that the loop was asked to stop.
func (r *Reactor) beginShutdown() bool {
	return r.lifeNow() == stopping && r.move(stopping, closing, func() {})
}

// Stopped returns a channel that is closed when the run that is going on, or the
// next one, has ended: Run returns then. Any goroutine may call it.
func (r *Reactor) Stopped() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stopped
}
