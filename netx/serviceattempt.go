package netx

import (
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// attempt is what a Service has timeout.Retry do: it connects and prepares the
// connection. The first one after a connection that was lost stands for that.
func (s *Service) attempt(int) *deferred.Deferred[*link] {
	s.owner = true
	if loss := s.loss; loss != nil {
		s.loss = nil
		return deferred.Fail[*link](loss)
	}
	s.stats.Attempts++
	s.told = false
	a := &serviceAttempt{service: s}
	made := s.connect(&a.link)
	if made == nil {
		s.failed(failure.New(errNoAnswer))
		return nil // which Retry takes for the end
	}
	a.ready = deferred.Then(made, a.prepare)
	a.link.onLost = a.ready.Cancel
	a.link.onHalf = a.half
	return deferred.ThenBoth(a.ready, a.settle).AddErrback(func(f *failure.Failure) (*link, error) {
		if s.state == serviceSearching {
			s.failed(f)
		}
		return nil, f
	})
}

// connect calls Connect. A panic is a failure.
func (s *Service) connect(l *link) (d *deferred.Deferred[Protocol]) {
	defer func() {
		if v := recover(); v != nil {
			d = deferred.Fail[Protocol](failure.Recovered(v))
		}
	}()
	return s.cfg.Connect(l.factory(s.cfg.Factory))
}

// serviceAttempt is one attempt to connect. Loop goroutine only.
type serviceAttempt struct {
	service *Service
	link    link
	ready   *deferred.Deferred[*link] // the connection, when it is prepared
}

// half is called when the peer of a HalfCloser has ended its output. A Stream could
// go on to write, and nobody may be reading it: it would be kept for ever as the
// connection that there is, with nobody at its other end. So it is closed, as that of
// a protocol that is no HalfCloser; what has come can still be read.
func (a *serviceAttempt) half() {
	if StreamOf(a.link.proto) != nil {
		a.link.conn.inputOver(false)
	}
}

// prepare goes on when there is a connection.
func (a *serviceAttempt) prepare(Protocol) (*link, error) {
	l := &a.link
	switch prepare := a.service.cfg.Prepare; {
	case l.conn == nil:
		return nil, errNoLink
	case l.lost != nil || prepare == nil:
		return l, nil
	default:
		d := prepare(l.proto)
		if d == nil {
			return l, nil
		}
		return deferred.Then(d, func(struct{}) (*link, error) { return l, nil }).Chain()
	}
}

// settle sees to it that there is either a connection or an error, and in the second
// case nothing left of the first.
func (a *serviceAttempt) settle(_ *link, err error) (*link, error) {
	l := &a.link
	switch {
	case l.lost != nil:
		return nil, l.reason()
	case err == nil:
		return l, nil
	case l.conn == nil:
		l.over = true
		return nil, err
	}
	gone := deferred.New[*link]().PassCancelTo(aborter{l.conn})
	l.onLost = func() { _ = gone.Errback(err) } // only this fires it, once
	_ = l.conn.Close()                          // it is always nil
	return gone.Chain()
}

// aborter ends a connection that is closed already without waiting for its output.
type aborter struct{ conn *Conn }

// Cancel implements deferred.Canceller.
func (a aborter) Cancel() { a.conn.Abort() }
