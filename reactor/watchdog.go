package reactor

import (
	"bytes"
	"fmt"
	"runtime"
	"time"

	"github.com/spindle-go/spindle/internal/goroutine"
)

// WithSlowCallback has two parts. What took too long is logged, by name, when it
// is over; that is leave. What is never over is found by a goroutine of its own,
// the watchdog: it looks, from time to time, at when the callback began that runs
// now. It knows the loop's stack but not the callback's name, which would cost
// each callback an allocation to tell.

// finestWatch is the shortest time between two looks of the watchdog.
const finestWatch = 10 * time.Millisecond

// stackRoom is how much of the stacks of all goroutines the watchdog looks
// through for that of the loop. The oldest come first, and the loop's is one of
// these in most programs.
const stackRoom = 1 << 20

// enter says that a callback begins, and returns what leave needs.
func (r *Reactor) enter() (began, outer time.Duration) {
	began = max(r.elapsed(), 1) // 0 is for none
	return began, time.Duration(r.since.Swap(int64(began)))
}

// leave says that j, which began then, is over, and that the one around it goes
// on. It logs j if it took too long.
func (r *Reactor) leave(j job, began, outer time.Duration) {
	r.since.Store(int64(outer))
	if took := r.elapsed() - began; took >= r.slow {
		r.log().Warn("reactor: the loop was blocked", "by", j.what.String(), "in", j.name(), "for", took)
	}
}

// watchLoop starts the watchdog, if it is wanted. The returned function ends it
// and returns when it has ended.
func (r *Reactor) watchLoop() (end func()) {
	if r.slow <= 0 {
		return func() {}
	}
	quit := make(chan struct{})
	over := make(chan struct{})
	loop := goroutine.Number()
	go func() {
		defer close(over)
		ticker := time.NewTicker(max(r.slow, finestWatch))
		defer ticker.Stop()
		for told := int64(0); ; {
			select {
			case <-ticker.C:
				told = r.bark(told, loop)
			case <-quit:
				return
			}
		}
	}()
	return func() {
		close(quit)
		<-over
	}
}

// bark logs the loop's stack if a callback has been running too long, once for
// each. It returns which one was told of last, by its beginning.
func (r *Reactor) bark(told int64, loop uint64) int64 {
	since := r.since.Load()
	took := r.elapsed() - time.Duration(since)
	if since == 0 || since == told || took < r.slow {
		return told
	}
	stack := stackOf(loop)
	if r.since.Load() != since {
		return told // it is over, and leave has told of it
	}
	r.log().Warn("reactor: the loop is blocked", "for", took, "stack", stack)
	return since
}

// stackOf returns the stack of the goroutine with that number, or nothing when it
// is not found. If it is held up because a coroutine runs, those that run come
// first. It stops all goroutines for as long as it takes to print theirs.
func stackOf(id uint64) string {
	all := make([]byte, stackRoom)
	all = all[:runtime.Stack(all, true)]
	head := fmt.Appendf(nil, "goroutine %d [", id)
	var loop []byte
	var coroutines [][]byte
	for stack := range bytes.SplitSeq(all, []byte("\n\n")) {
		switch {
		case bytes.HasPrefix(stack, head):
			loop = stack
		case bytes.Contains(stack, []byte("\ncreated by iter.Pull[")) && !isHeldUp(stack):
			coroutines = append(coroutines, stack)
		}
	}
	if isHeldUp(loop) {
		loop = bytes.Join(append(coroutines, loop), []byte("\n\n"))
	}
	return string(loop)
}

// isHeldUp reports whether a goroutine is one end of a coroutine, and the other
// end runs.
func isHeldUp(stack []byte) bool {
	head, _, _ := bytes.Cut(stack, []byte("\n"))
	return bytes.Contains(head, []byte("[coroutine"))
}
