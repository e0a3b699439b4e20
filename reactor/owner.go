package reactor

import (
	"bytes"
	"runtime"
	"strconv"
)

// own is the write by which the race detector sees a call from a goroutine that
// does not own the reactor. Every loop-only method makes it, and so does each
// turn: otherwise an idle loop would have written nothing since long, and the
// detector would see nothing. Without the detector it is one store.
func (r *Reactor) own() { r.owner = true }

// OnLoop reports whether it was called on the goroutine that Run runs on. A
// coroutine is a goroutine of its own, so inside one the answer is false. Any
// goroutine may call it. It costs about a microsecond, as it has to ask the
// runtime for the goroutine's name; it is for guarding calls that block.
func (r *Reactor) OnLoop() bool {
	loop := r.loop.Load()
	return loop != 0 && loop == goroutineID()
}

// goroutineID reads the number of this goroutine off the first line of its
// stack, "goroutine 7 [running]:". Go has no other way to tell.
func goroutineID() uint64 {
	var line [64]byte
	text := line[:runtime.Stack(line[:], false)]
	text = bytes.TrimPrefix(text, []byte("goroutine "))
	number, _, _ := bytes.Cut(text, []byte(" "))
	id, err := strconv.ParseUint(string(number), 10, 64)
	if err != nil {
		panic("reactor: the runtime prints stacks in a new way: " + string(line[:]))
	}
	return id
}
