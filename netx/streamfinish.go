package netx

import (
	"slices"

	"github.com/spindle-go/spindle/deferred"
)

// Finishing returns a Deferred that fires when s is to come to an end: its listener
// is being shut down ([StreamListener.Shutdown]), or the connection has ended. It never
// fails, but by a cancel, which changes nothing else. A program that waits for the
// next request waits for this one, too, and closes s when it comes; one in the middle
// of something finishes that first. It is for a Stream what [Finisher] is for a
// Protocol. Each call makes one of its own. Loop goroutine only.
func (s *Stream) Finishing() *deferred.Deferred[struct{}] {
	s.conn.own()
	if s.finishing || s.conn.state == ended {
		return deferred.Succeed(struct{}{})
	}
	d := deferred.New(s.forgetFinisher)
	s.finishers = append(s.finishers, d)
	return d
}

// forgetFinisher is the canceller of Finishing.
func (s *Stream) forgetFinisher(d *deferred.Deferred[struct{}]) {
	if i := slices.Index(s.finishers, d); i >= 0 {
		s.finishers = slices.Delete(s.finishers, i, i+1)
	}
}

// finish tells those who wait for Finishing.
func (s *Stream) finish() {
	s.finishing = true
	finishers := s.finishers
	s.finishers = nil
	for _, d := range finishers {
		_ = d.Callback(struct{}{}) // ErrAlreadyCalled if one before it cancelled it
	}
}

// Finish implements Finisher.
func (p *streamProtocol) Finish() { (*Stream)(p).finish() }
