package reactor

import "sync"

// threadCalls is the queue of CallFromThread. It has a lock, as the only part of
// the reactor that every goroutine writes to.
type threadCalls struct {
	mu      sync.Mutex
	waiting []func()
	closed  bool // the loop has ended and takes no more

	// Loop goroutine only.
	batch []func() // those of this turn; the ones that have run are nil
	next  int      // the first of them that has not
}

// keepCalls is up to how many entries the queue's slices are always kept.
const keepCalls = 4096

// CallFromThread has f called on the loop's goroutine, in the next turn, and
// wakes the loop if it sleeps. Functions run once, in the order in which they
// were given. Before the first Run they wait for it; when the answer is nil after
// that, f runs before Run returns. Once the reactor has stopped, and until it
// runs again, the answer is ErrStopped and f is dropped. A nil f panics.
//
// Any goroutine may call it, and it does not block. It is the only way into the
// loop from outside. It costs a lock, and one system call if the loop sleeps;
// there is no limit to how many may wait. It is Twisted's callFromThread.
func (r *Reactor) CallFromThread(f func()) error {
	if f == nil {
		panic("reactor: CallFromThread with a nil function")
	}
	if err := r.calls.put(f); err != nil {
		return err
	}
	r.wake()
	return nil
}

// put appends f.
func (q *threadCalls) put(f func()) error {
	q.mu.Lock()
	closed := q.closed
	if !closed {
		q.waiting = append(q.waiting, f)
	}
	q.mu.Unlock()
	if closed {
		return ErrStopped
	}
	return nil
}

// take makes what is there the batch, if the last one is through. The two slices
// change places.
func (q *threadCalls) take() {
	if q.next < len(q.batch) {
		return // runtime.Goexit cut the last one short
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.batch, q.waiting, q.next = q.waiting, q.batch[:0], 0
}

// trim gives back the memory of a burst that is over: one that leaves little
// behind it. While it lasts, growing anew in each turn would cost more than all
// the rest.
func (q *threadCalls) trim() {
	if cap(q.batch) <= keepCalls {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) >= cap(q.batch)/4 {
		return
	}
	q.batch, q.next = nil, 0
	if len(q.waiting) == 0 {
		q.waiting = nil
	}
}

// pop returns the next function of the batch, or nil at its end.
func (q *threadCalls) pop() (f func()) {
	if q.next < len(q.batch) {
		f, q.batch[q.next] = q.batch[q.next], nil
		q.next++
	}
	return f
}

// length returns how many wait.
func (q *threadCalls) length() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.waiting)
}

// open and close say whether there is a loop that will run what is put in.
func (q *threadCalls) open()  { q.setClosed(false) }
func (q *threadCalls) close() { q.setClosed(true) }

func (q *threadCalls) setClosed(closed bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = closed
}

// runThreadCalls runs the batch.
func (r *Reactor) runThreadCalls() {
	for f := r.calls.pop(); f != nil; f = r.calls.pop() {
		_ = r.invoke(job{what: threadCall, f: f})
	}
	r.calls.trim()
}

// lastCalls runs what was accepted before the end of Run, and accepts no more.
func (r *Reactor) lastCalls() {
	r.calls.close()
	r.runThreadCalls() // of a batch that was cut short
	r.calls.take()
	r.runThreadCalls()
}
