package reactor

import "sync"

// threadCalls is the queue of CallFromThread. It has a lock, as the only part of
// the reactor that every goroutine writes to.
type threadCalls struct {
	mu      sync.Mutex
	waiting []func()
	spare   []func() // the slice of the last turn, to be filled again
	closed  bool     // the loop has ended and takes no more
}

// keepCalls is up to how many entries the queue's slices are kept between turns.
const keepCalls = 4096

// CallFromThread has f called on the loop's goroutine, in the next turn, and
// wakes the loop if it sleeps. Functions run once, in the order in which they
// were given. Before Run they wait for it; once the reactor has stopped the
// answer is ErrStopped and f is dropped. A nil f panics.
//
// Any goroutine may call it, and it does not block. It is the only way into the
// loop from outside.
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
	defer q.mu.Unlock()
	if q.closed {
		return ErrStopped
	}
	q.waiting = append(q.waiting, f)
	return nil
}

// take returns what is there and leaves the queue empty. The slice is the
// caller's until giveBack.
func (q *threadCalls) take() []func() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 {
		return nil
	}
	batch := q.waiting
	q.waiting, q.spare = q.spare, nil
	return batch
}

// giveBack returns the slice of take, whose functions have run.
func (q *threadCalls) giveBack(batch []func()) {
	if cap(batch) == 0 || cap(batch) > keepCalls {
		return
	}
	clear(batch)
	q.mu.Lock()
	defer q.mu.Unlock()
	q.spare = batch[:0]
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

// runThreadCalls runs a batch.
func (r *Reactor) runThreadCalls(batch []func()) {
	for _, f := range batch {
		r.invoke(job{what: threadCall, f: f})
	}
	r.calls.giveBack(batch)
}
