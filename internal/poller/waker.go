package poller

import (
	"sync"
	"sync/atomic"
)

// wakerState says whether the loop has to be written to.
//
//	from    to      who and when
//	awake   asleep  the loop, before it asks for work and blocks
//	asleep  awake   the goroutine that wakes it, which then writes one byte
//	asleep  awake   the loop, when it came back by itself
//	any     closed  close; nothing leaves this state
//
// The first two states are what the protocol calls the sleeping flag.
type wakerState uint32

const (
	awake wakerState = iota
	asleep
	closed
)

// waker gets the loop out of the kernel: a pipe whose reading end the backend
// watches, and the protocol that says who writes to it and when.
//
//   - The loop, in this order: set the flag, ask whether there is work, block,
//     clear the flag, empty the pipe, take the queue.
//   - A poster, in this order: put its work into the queue, clear the flag, and
//     write one byte if it was the one that cleared it.
//   - The pipe is full: that is success, since the loop cannot miss a full pipe.
//     A signal interrupts the write: it is done again.
//   - The write happens under a lock that close takes too, so that no byte goes
//     to a descriptor that is closed, or that is somebody else's by then.
//
// No wake-up is lost. Take a poster whose work the loop did not see when it
// asked. The queue has a lock (or is atomic), so this order holds: the loop set
// the flag, it looked at the queue, the poster put its work there, the poster
// looked at the flag. So the poster finds the flag set and writes, or it finds
// it cleared after that sleep began. If another poster cleared it, that one
// writes, and the byte wakes the loop for both; it makes no difference whether
// the byte arrives before or after the loop blocks, since a byte in the pipe
// keeps the call from blocking. If the loop cleared it, the loop is up, and has
// yet to take the queue, which it does after clearing the flag.
//
// One sleep costs one byte at most, since only the change from asleep to awake
// writes and the loop makes the opposite change once a sleep. A poster may be
// held up between clearing and writing, so that its byte arrives when the loop
// is up or asleep again. Such a byte means nothing: the work was in the queue
// before the flag was cleared. Therefore it is the flag that says whether a
// sleep is over; a byte only ends the system call.
type waker struct {
	// Any goroutine.
	state   atomic.Uint32 // a wakerState
	written atomic.Uint64 // bytes

	mu   sync.Mutex // held across the write, and by close
	pipe pipe
}

// newWaker opens the pipe.
func newWaker() (*waker, error) {
	p, err := openPipe()
	if err != nil {
		return nil, err
	}
	return &waker{pipe: p}, nil
}

// move makes one change of state and reports whether it was made here.
func (w *waker) move(from, to wakerState) bool {
	return w.state.CompareAndSwap(uint32(from), uint32(to))
}

// is reports the state.
func (w *waker) is(s wakerState) bool { return wakerState(w.state.Load()) == s }

// sleep sets the flag. Loop goroutine only.
func (w *waker) sleep() { w.move(awake, asleep) }

// rouse clears the flag and reports whether somebody had done that before.
// Loop goroutine only.
func (w *waker) rouse() (woken bool) { return !w.move(asleep, awake) }

// drain empties the pipe. It is called after rouse, so that it catches the byte
// of every poster that is through. Loop goroutine only.
func (w *waker) drain() error { return w.pipe.drain() }

// wake writes one byte if the loop is asleep or about to be. Any goroutine.
func (w *waker) wake() error {
	// The look first: an awake loop is the common case under load, and a plain
	// load does not take the cache line from the other posters.
	switch wakerState(w.state.Load()) {
	case awake:
		return nil
	case asleep:
		if w.move(asleep, awake) {
			return w.write()
		}
	}
	if w.is(closed) {
		return ErrClosed
	}
	return nil
}

// write writes the byte that is owed once the flag was cleared. Any goroutine.
func (w *waker) write() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.is(closed) {
		return ErrClosed
	}
	wrote, err := w.pipe.signal()
	if wrote {
		w.written.Add(1)
	}
	return err
}

// close closes the pipe and reports whether this call was the one that did.
func (w *waker) close() (first bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if wakerState(w.state.Swap(uint32(closed))) == closed {
		return false, nil
	}
	return true, w.pipe.close()
}
