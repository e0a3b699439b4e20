package chain

import "github.com/spindle-go/spindle/deferred"

// Add makes d a child of s, and returns d. The child has ended when the handlers
// that d has now have run; those added later are not waited for, and see d's
// result as if s was not there. If s is closed, d is cancelled at once: before
// Add returns, or, when that happens inside what s itself has called, soon after.
// A nil d panics.
//
// Loop goroutine only: that of s and d. It costs one allocation.
func Add[T any](s *Scope, d *deferred.Deferred[T]) *deferred.Deferred[T] {
	if d == nil {
		panic("chain: Add of a nil Deferred")
	}
	c := &child[T]{scope: s, seat: seat[stoppable]{v: d}}
	s.crew.working.push(&c.seat)
	c.single.Tell(d, 0, c, deferred.PassAll)
	if s.closed {
		s.pump.work(s)
	}
	return d
}

// Go calls f and adds the Deferred that it returns to s, which is also what Go
// returns. A panic of f is a failure of s, and so is a nil Deferred. If s is
// closed f is not called, and the Deferred has failed with
// deferred.ErrCancelled.
//
// Loop goroutine only: that of s. It costs what [Add] does.
func Go[T any](s *Scope, f func() *deferred.Deferred[T]) (d *deferred.Deferred[T]) {
	switch {
	case f == nil:
		panic("chain: Go of a nil function")
	case s.closed:
		return Add(s, deferred.Fail[T](deferred.ErrCancelled))
	}
	attempt("Go", f, func(got *deferred.Deferred[T]) { d = Add(s, got) })
	return d
}

// child is a Deferred in a Scope.
type child[T any] struct {
	scope  *Scope
	seat   seat[stoppable]
	single deferred.Single[T]
}

// Collect implements deferred.Collector.
func (c *child[T]) Collect(_ int, _ T, err error) { c.scope.ended(&c.seat, err) }
