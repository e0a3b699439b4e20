package threads

import "time"

// worker is one goroutine of a Pool. Where it stands is the list that it is in:
//
//	looking  it was started, or woken without a job, and is about to look for one
//	busy     it runs a job
//	idle     it is parked on wake
//	none     it holds mu, in next, on its way to one of the others or to its end
//
// A worker that is taken out of idle is sent to on wake, once, so it can rely on
// that, and the send never blocks.
type worker struct {
	wake chan struct{} // fixed; room for one

	// Written under the Pool's mu: while idle by whoever takes the worker out of
	// that list, otherwise by the worker itself, which may read it without mu.
	job job

	// The Pool's mu protects these.
	node[*worker]
	in *list[*worker]

	// The Pool's mu protects these too. The timer is stopped when the worker ends.
	// To arm it at each park would cost as much as the rest of parking, so it is
	// left to run on when a job comes, and looks again when it fires.
	timer   *time.Timer   // nil until first needed
	armed   bool          // the timer will fire
	parked  time.Duration // when the worker last became idle beyond min
	expired bool          // idle for the whole timeout: end, if still beyond min
}

// place puts w into another list, or none; mu is held.
func (w *worker) place(to *list[*worker]) {
	if w.in != nil {
		w.in.remove(&w.node)
	}
	w.in = to
	if to != nil {
		to.pushBack(&w.node)
	}
}

// give hands j to w, or has w look for a job when j is nil; mu is held.
func (p *Pool) give(w *worker, j job) {
	w.job = j
	if j == nil {
		w.place(&p.looking)
		return
	}
	w.place(&p.busy)
}

// spawn starts a worker with j, or one that looks for a job when j is nil; mu is
// held.
func (p *Pool) spawn(j job) {
	w := &worker{wake: make(chan struct{}, 1)}
	w.item = w
	p.give(w, j)
	go p.serve(w)
}

// serve is the worker's goroutine: it runs jobs until the Pool has none for it.
func (p *Pool) serve(w *worker) {
	alive := true
	defer func() {
		if alive { // the job called runtime.Goexit: the worker needs a new goroutine
			go p.resume(w)
		}
	}()
	for alive {
		if w.job != nil {
			p.call(w.job)
		}
		alive = p.next(w)
	}
}

// resume goes on where a job ended the worker's goroutine.
func (p *Pool) resume(w *worker) {
	if p.next(w) {
		p.serve(w)
	}
}

// next is through with w's job and waits for another in w.job. It answers false
// when w is to end; the Pool has forgotten it then.
func (p *Pool) next(w *worker) bool {
	p.mu.Lock()
	if w.job != nil {
		w.job = nil
		p.completed++
	}
	for {
		w.place(nil)
		if p.surplus(w) {
			p.retire(w)
			p.mu.Unlock()
			return false
		}
		if j := p.queue.popFront(); j != nil {
			p.give(w, j)
			p.mu.Unlock()
			return true
		}
		p.park(w)
		p.mu.Unlock()
		<-w.wake
		if w.job != nil {
			return true
		}
		p.mu.Lock()
	}
}

// surplus reports whether w, which is in no list, is to end; mu is held.
func (p *Pool) surplus(w *worker) bool {
	switch {
	case p.workers() >= p.max:
		return true // the others see to the queue
	case p.queue.size > 0:
		return false
	case p.state == poolStopping:
		return true
	default:
		return w.expired && p.workers() >= p.min
	}
}

// retire is the last that is heard of w, which is in no list; mu is held.
func (p *Pool) retire(w *worker) {
	if w.timer != nil {
		w.timer.Stop()
	}
	if p.state == poolStopping && p.workers() == 0 {
		p.move(poolStopped)
	}
}

// park makes w idle, for the idle timeout at most if it is beyond min; mu is
// held. One that is not needs no timer: workers are added only while none is
// idle, and Resize rouses all.
func (p *Pool) park(w *worker) {
	w.place(&p.idle)
	w.expired = false
	if p.workers() <= p.min {
		return
	}
	w.parked = time.Since(p.born) // which reads one clock, and time.Now two
	if !w.armed {
		p.arm(w, p.idleTimeout)
	}
}

// arm lets w's timer fire after d; mu is held.
func (p *Pool) arm(w *worker, d time.Duration) {
	w.armed = true
	if w.timer == nil {
		w.timer = time.AfterFunc(d, func() { p.expire(w) })
		return
	}
	w.timer.Reset(d)
}

// expire is w's timer: if w was idle for the whole timeout it has w look whether
// it is still beyond min.
func (p *Pool) expire(w *worker) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w.armed = false
	if w.in != &p.idle {
		return
	}
	if left := p.idleTimeout - (time.Since(p.born) - w.parked); left > 0 {
		p.arm(w, left)
		return
	}
	w.expired = true
	p.rouse(w, nil)
}

// rouse wakes w, which is idle, with a job or to look at how things are; mu is
// held.
func (p *Pool) rouse(w *worker, j job) {
	p.give(w, j)
	w.wake <- struct{}{}
}

// rouseAll wakes all that are idle; mu is held.
func (p *Pool) rouseAll() {
	for n := p.idle.first(); n != nil; n = p.idle.first() {
		p.rouse(n.item, nil)
	}
}
