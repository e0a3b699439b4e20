package threads

// Stats is what a Pool was doing when [Pool.Stats] was called, and what it has
// done since NewPool.
type Stats struct {
	Min, Max int // as set by NewPool or Resize
	Workers  int // goroutines that the Pool has now
	Idle     int // workers without a job
	Queued   int // jobs that wait for a worker

	Completed   uint64 // jobs that workers are through with, also those that panicked
	Panicked    uint64 // jobs that panicked or called runtime.Goexit
	Dropped     uint64 // jobs taken out of the queue by a cancel or by Stop: they never ran
	Undelivered uint64 // results that CallFromThread did not take, since the loop had stopped
}

// Stats returns the Pool's figures, all of one instant. Any goroutine may call
// it; it takes the Pool's lock briefly.
func (p *Pool) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	return Stats{
		Min:         p.min,
		Max:         p.max,
		Workers:     p.workers(),
		Idle:        p.idle.size,
		Queued:      p.queue.size,
		Completed:   p.completed,
		Panicked:    p.panicked,
		Dropped:     p.dropped,
		Undelivered: p.undelivered,
	}
}
