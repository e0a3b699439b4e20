package netx

import (
	"slices"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// serviceWaiter is one who wants a connection.
type serviceWaiter struct {
	d    *deferred.Deferred[Protocol]
	left int // failed attempts until it gives up; 0 is no limit
}

// WhenConnected returns the protocol of the present connection, or of the next one
// as soon as it is prepared; one that is being closed is not present any more. Those
// who wait get it in the order they asked.
//
// It fails with the error of an attempt when that is the failAfter-th one, counted
// from now, that fails; 0 is any number, and a negative one panics. It fails with
// ErrServiceStopped after Stop, and with the *timeout.RetryError when the policy has
// given up. On one that was not started yet it waits. A cancel ends the waiting and
// nothing else. Loop goroutine only.
func (s *Service) WhenConnected(failAfter int) *deferred.Deferred[Protocol] {
	s.owner = true
	switch {
	case failAfter < 0:
		panic("netx: WhenConnected of a negative number of attempts")
	case s.present():
		return deferred.Succeed(s.link.proto)
	case s.state == serviceStopping:
		return deferred.Fail[Protocol](ErrServiceStopped)
	case s.state == serviceResting && s.reason != nil:
		return deferred.Fail[Protocol](s.reason)
	}
	d := deferred.New(func(d *deferred.Deferred[Protocol]) {
		s.waiters = slices.DeleteFunc(s.waiters, func(w *serviceWaiter) bool { return w.d == d })
	})
	s.waiters = append(s.waiters, &serviceWaiter{d: d, left: failAfter})
	return d
}

// failed counts an attempt that has failed, and tells those for whom it is the last.
func (s *Service) failed(f *failure.Failure) {
	s.stats.Failures++
	s.stats.LastError = f
	var fed []*serviceWaiter
	kept := s.waiters[:0]
	for _, w := range s.waiters {
		if w.left--; w.left == 0 {
			fed = append(fed, w)
		} else {
			kept = append(kept, w)
		}
	}
	clear(s.waiters[len(kept):])
	s.waiters = kept
	s.told = len(fed) > 0
	for _, w := range fed {
		_ = w.d.Errback(f) // ErrAlreadyCalled if one before it cancelled it
	}
}

// failWaiters tells those who wait for a connection that there will be none.
func (s *Service) failWaiters(reason error) {
	waiters := s.waiters
	s.waiters = nil
	for _, w := range waiters {
		_ = w.d.Errback(reason) // ErrAlreadyCalled if one before it cancelled it
	}
}
