package reactor

const (
	KeepCalls   = keepCalls
	FinestWatch = finestWatch
)

// CallsCap returns how many thread calls there is room for. Loop goroutine only.
func (r *Reactor) CallsCap() int {
	r.calls.mu.Lock()
	defer r.calls.mu.Unlock()
	return cap(r.calls.batch) + cap(r.calls.waiting)
}

// BreakPoller makes the next wait fail. Loop goroutine only.
func (r *Reactor) BreakPoller() { _ = r.poll.Load().Close() }
