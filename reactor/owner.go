package reactor

// own is the write by which the race detector sees a call from a goroutine that
// does not own the reactor. Every loop-only method makes it, and so does each
// turn: otherwise an idle loop would have written nothing since long, and the
// detector would see nothing. Without the detector it is one store.
func (r *Reactor) own() { r.owner = true }

// OnLoop reports whether it was called on the loop, while Run runs: on its
// goroutine, or in a coroutine that was begun there. It is for guarding calls that
// block. Any goroutine may call it. It costs a few nanoseconds.
func (r *Reactor) OnLoop() bool {
	turns := r.turns.Load()
	return turns != nil && turns.Here()
}
