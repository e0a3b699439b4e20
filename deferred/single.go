package deferred

// Single makes one Deferred tell a Collector its result. It is a [Collection] of one,
// to be a field of what does the collecting. The zero value is one that has not been
// used.
type Single[T any] struct {
	collector Collector[T]
	index     int
	pass      Passing
}

// Tell appends s to d as a handler, which calls the Collector with that index and the
// result that it finds, and leaves what pass says. If d has fired and nothing holds it
// back, that happens before Tell returns. s must not be copied or used again. A nil d
// or Collector panics.
//
// Loop goroutine only: that of d. It costs what any handler costs, see AddCallbacks.
func (s *Single[T]) Tell(d *Deferred[T], index int, collector Collector[T], pass Passing) {
	requireCollector(collector, pass)
	switch {
	case d == nil:
		panic("deferred: Tell of a nil Deferred")
	case s.collector != nil:
		panic("deferred: a second Tell of a Single")
	}
	s.collector, s.index, s.pass = collector, index, pass
	d.add(s)
}

func (s *Single[T]) handle(d *Deferred[T]) node {
	v, err := d.leave(s.pass)
	s.collector.Collect(s.index, v, err)
	return nil
}
