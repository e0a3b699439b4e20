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

// SlotsCap returns how many descriptors there is room for. Loop goroutine only.
func (r *Reactor) SlotsCap() int { return cap(r.descriptors.slots) }

// KeepSlots is what of it is never given back.
const KeepSlots = keepSlots

// BreakPoller makes the next wait fail. Loop goroutine only.
func (r *Reactor) BreakPoller() { _ = r.poll.Load().Close() }

// OnIdle has f called whenever the loop has asked whether there is work and has found
// none, which it does last when it has said that it sleeps. Before Run.
func (r *Reactor) OnIdle(f func()) {
	r.lookForWork = func() bool {
		if r.hasWork() {
			return true
		}
		f()
		return false
	}
}
