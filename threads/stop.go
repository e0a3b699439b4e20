package threads

import (
	"context"
	"fmt"
)

// StopError says what Stop left behind: jobs that still run, with their contexts
// cancelled, and jobs that were dropped from the queue and never run. It unwraps
// to the reason.
type StopError struct {
	Running int
	Dropped int
	Err     error // the cause of the context's end, or ErrPoolStopped for a Pool that was never started
}

// Error returns the two numbers and the reason.
func (e *StopError) Error() string {
	return fmt.Sprintf("threads: pool stopped with %d jobs still running and %d dropped: %v",
		e.Running, e.Dropped, e.Err)
}

// Unwrap returns the reason, so that errors.Is finds context.DeadlineExceeded.
func (e *StopError) Unwrap() error { return e.Err }

// Stop ends the Pool: no job is taken any more, those that are queued run, and
// the workers end when nothing is left. It blocks until then, or until ctx ends.
// It is idempotent: every call that sees the last worker end answers nil.
//
// When ctx ends first, Stop drops what is queued, cancels the contexts of the
// jobs that run, and answers a [*StopError] without waiting for those. The
// Deferred of a dropped job fails with [ErrPoolStopped]. A job that still runs
// keeps its goroutine until it returns; a further Stop waits for it. Of several
// Stops at a time the first whose ctx ends does this, so the shortest deadline
// counts.
//
// A Pool that was never started has nobody to run its jobs: it drops them, and
// Stop says so in a [*StopError].
//
// Any goroutine may call it, but not a job, which would wait for its own end,
// and on the loop's goroutine only with a deadline, since a job may be waiting
// for the loop.
func (p *Pool) Stop(ctx context.Context) error {
	ended, unstarted := p.beginStop()
	if len(unstarted) > 0 {
		abort(unstarted)
		return &StopError{Dropped: len(unstarted), Err: ErrPoolStopped}
	}
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return p.giveUp(context.Cause(ctx), ended)
	}
}

// beginStop answers with the channel that is closed when the workers have ended,
// and the jobs of a Pool that never had workers.
func (p *Pool) beginStop() (ended <-chan struct{}, unstarted []job) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch p.state {
	case poolFresh:
		unstarted = p.drain()
		p.move(poolStopped)
	case poolRunning:
		p.move(poolStopping)
		p.rouseAll()
		if p.workers() == 0 {
			p.move(poolStopped)
		}
	}
	return p.ended, unstarted
}

// giveUp drops and cancels whatever keeps the run that ended belongs to from
// ending, if it has not ended after all.
func (p *Pool) giveUp(cause error, ended <-chan struct{}) error {
	queued, current := p.leftBehind(ended)
	abort(queued)
	abort(current)
	if len(current) == 0 {
		<-ended // the workers have nothing to do but to end
		if len(queued) == 0 {
			return nil
		}
	}
	return &StopError{Running: len(current), Dropped: len(queued), Err: cause}
}

// leftBehind takes all jobs out of the queue and lists those that run.
func (p *Pool) leftBehind(ended <-chan struct{}) (queued, current []job) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended != ended {
		return nil, nil // that run is over, and there is a new one
	}
	for w := range p.busy.all {
		current = append(current, w.job)
	}
	return p.drain(), current
}

// drain empties the queue; mu is held.
func (p *Pool) drain() []job {
	jobs := make([]job, 0, p.queue.size)
	for p.queue.size > 0 {
		jobs = append(jobs, p.queue.popFront())
	}
	p.dropped += uint64(len(jobs))
	return jobs
}

// abort tells jobs that nobody waits for them any longer. No lock is held,
// since this reaches foreign code.
func abort(jobs []job) {
	for _, j := range jobs {
		j.abort(ErrPoolStopped)
	}
}
