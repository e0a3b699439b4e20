package netx

import (
	"errors"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/reactor"
	"github.com/spindle-go/spindle/timeout"
)

// What a zero field of the Policy of a Service means.
const (
	defaultServiceBase = time.Second
	defaultServiceCap  = time.Minute
)

// ServiceConfig says what a Service connects to, and how. Connect and Factory are
// needed.
type ServiceConfig struct {
	// Connect connects, and has the factory that it is given make the protocol:
	//
	//	func(f netx.Factory) *deferred.Deferred[netx.Protocol] {
	//		return netx.Connect(n, "tcp:example.com:80", f)
	//	}
	//
	// An endpoint string that makes no sense fails each attempt, as a server that is
	// down does. Who does not want to try it for ever has the Policy say that an
	// ErrBadEndpoint is Permanent, or asks for WhenConnected(1) first.
	Connect func(f Factory) *deferred.Deferred[Protocol]

	// Factory makes the protocol for each connection. A connection is lost when
	// it has ended, which for a [HalfCloser] is later than the peer's FIN: such a
	// protocol closes its connection when it is told of that. A Stream is closed
	// then, and what has come can still be read from it.
	Factory Factory

	// Policy says how long to wait before the next attempt, and when to give up.
	// A connection that was lost counts as the first attempt of a new row, which
	// has failed: so there is a wait after it, its reason may be Permanent, and
	// the waits begin again from Base. Zero fields mean what they do in a
	// timeout.Policy, but for these: Base is 1 s, Cap is 1 min or Base, and
	// Attempts is unlimited.
	//
	// A panic in Connect, Factory, ConnectionMade or Prepare is permanent, as in
	// timeout.Retry, and so is the end of the reactor. A panic that ends a
	// connection later is not: its protocol has been told.
	Policy timeout.Policy

	// Prepare, if there is one, readies a connection, such as by a login, before
	// anybody gets it. A nil answer is done at once. A failure is a failed attempt,
	// and the connection is closed; when the connection is lost meanwhile, or
	// Stop is called, the Deferred is cancelled.
	Prepare func(p Protocol) *deferred.Deferred[struct{}]
}

// Service keeps a connection: it connects, again when that fails, and again when
// the connection is lost. [NewService] makes one; the zero value is of no use. It is
// Twisted's ClientService.
//
// One attempt is made at a time. Nothing of it is left, connection, attempt and
// delayed call, when it has stopped. All methods belong to the goroutine of the
// loop, and none blocks.
type Service struct {
	// Fixed after NewService.
	clock deferred.Clock
	cfg   ServiceConfig

	// Loop goroutine only.
	state   serviceState
	search  *deferred.Deferred[*link] // while searching, once Retry has returned
	link    *link                     // while there is a connection that is prepared
	loss    error                     // of the connection before, until the first attempt
	cut     error                     // why the search was given up: the reactor's end
	reason  error                     // why it rests; nil if it was never started
	waiters []*serviceWaiter          // of WhenConnected, in order
	told    bool                      // one of them was told of the last attempt
	enders  []*deferred.Deferred[struct{}]
	stats   ServiceStats
	keeper  *serviceKeeper // while the network is asked to tell of its end
	owner   bool           // written by every method, for the race detector
}

// ServiceStats is what a Service has done.
type ServiceStats struct {
	Attempts    uint64 // to connect
	Failures    uint64 // of them, those that have failed
	Connections uint64 // of them, those that have succeeded
	LastError   error  // of the last attempt that has failed, or connection that was lost
}

// NewService returns a Service that is not started. The clock is most often the
// Network that Connect uses; if it is a *[Net], the Service fails those who wait when
// the reactor stops. A nil clock, Connect or Factory panics. Any goroutine.
func NewService(clock deferred.Clock, cfg ServiceConfig) *Service {
	if clock == nil || cfg.Connect == nil || cfg.Factory == nil {
		panic("netx: NewService needs a clock, a Connect and a Factory")
	}
	p := &cfg.Policy
	if p.Base == 0 {
		p.Base = defaultServiceBase
	}
	if p.Cap == 0 {
		p.Cap = max(defaultServiceCap, p.Base)
	}
	if p.Attempts == 0 {
		p.Attempts = timeout.Unlimited
	}
	s := &Service{clock: clock, cfg: cfg}
	permanent := p.Permanent
	p.Permanent = func(err error) bool {
		return errors.Is(err, reactor.ErrStopped) || permanent != nil && permanent(err)
	}
	return s
}

// Start begins to connect. On one that has been started it does nothing; on one that
// is stopping it has the Service begin again when that is done. Loop goroutine only.
func (s *Service) Start() {
	s.owner = true
	switch s.state {
	case serviceResting:
		s.begin()
	case serviceStopping:
		s.state = serviceRestarting
	}
}

// Stop gives up the attempt that is under way, or closes the connection, which ends
// cleanly, see [Conn.Close]. Those who wait for a connection fail with
// ErrServiceStopped. The Deferred fires when all has ended; it never fails, and a
// cancel of it does not undo the Stop. Called again it answers the same with another
// Deferred; on one that has stopped, or was not started, that has fired already.
// Loop goroutine only.
func (s *Service) Stop() *deferred.Deferred[struct{}] {
	s.owner = true
	was := s.state
	if was != serviceResting {
		s.state = serviceStopping
	}
	d := deferred.New[struct{}]()
	s.enders = append(s.enders, d)
	switch was {
	case serviceResting:
		s.rest(ErrServiceStopped)
	case serviceSearching:
		s.failWaiters(ErrServiceStopped)
		if s.search != nil {
			s.search.Cancel()
		}
	case serviceConnected:
		s.failWaiters(ErrServiceStopped)
		_ = s.link.conn.Close() // it is always nil
	case serviceRestarting:
		s.failWaiters(ErrServiceStopped)
	}
	return d
}

// Connected returns the protocol of the present connection, or nil without one; one
// that is being closed is not present any more. Loop goroutine only.
func (s *Service) Connected() Protocol {
	s.owner = true
	if !s.present() {
		return nil
	}
	return s.link.proto
}

// present reports whether there is a connection for those who want one.
func (s *Service) present() bool { return s.state == serviceConnected && s.link.lasts() }

// Stats returns what s has done so far. Loop goroutine only.
func (s *Service) Stats() ServiceStats {
	s.owner = true
	return s.stats
}

// begin begins a row of attempts.
func (s *Service) begin() {
	s.state, s.reason, s.cut, s.search = serviceSearching, nil, nil, nil
	if err := s.hold(); err != nil {
		s.giveUp(err)
		return
	}
	search := timeout.Retry(s.clock, s.cfg.Policy, s.attempt)
	s.search = search
	search.AddBoth(func(l *link, err error) (*link, error) {
		s.searched(l, err)
		return nil, nil
	})
	if s.state != serviceSearching && s.search == search {
		search.Cancel() // it was stopped by a function of its own
	}
}

// searched goes on when a row of attempts is over.
func (s *Service) searched(l *link, err error) {
	s.search = nil
	switch {
	case err == nil && s.state == serviceSearching:
		s.connected(l)
	case err == nil: // it was stopped, and the attempt succeeded all the same
		l.onLost = func() { s.ended(l.lost) }
		_ = l.conn.Close() // it is always nil
	case s.state == serviceSearching:
		if s.cut != nil {
			err = s.cut
		}
		s.giveUp(err)
	default:
		s.ended(err)
	}
}

// connected takes a connection that is prepared.
func (s *Service) connected(l *link) {
	s.state, s.link = serviceConnected, l
	s.stats.Connections++
	l.onLost = s.lost
	if !l.lasts() {
		return // who waits gets the next one
	}
	waiters := s.waiters
	s.waiters = nil
	for _, w := range waiters {
		_ = w.d.Callback(l.proto) // ErrAlreadyCalled if one before it cancelled it
	}
}

// lost is called when the connection has ended.
func (s *Service) lost() {
	s.owner = true
	l := s.link
	s.link = nil
	if s.state != serviceConnected {
		s.ended(l.lost)
		return
	}
	s.stats.LastError = l.lost
	s.loss = l.reason()
	if errors.Is(l.lost, reactor.ErrStopped) {
		s.giveUp(l.lost)
		return
	}
	s.begin()
}

// ended goes on when nothing is left of what Stop has ended, and says why that has
// come to its end. After the reactor there is no beginning again.
func (s *Service) ended(why error) {
	switch {
	case s.state != serviceRestarting:
		s.rest(ErrServiceStopped)
	case errors.Is(why, reactor.ErrStopped):
		s.rest(why)
	default:
		enders := s.takeEnders()
		s.begin()
		finish(enders)
	}
}

// giveUp ends it for good, until another Start. Who waits is told; if nobody does,
// the failure is one that nobody has handled.
func (s *Service) giveUp(err error) {
	told := s.told || len(s.waiters) > 0
	s.rest(err)
	if !told && !errors.Is(err, reactor.ErrStopped) {
		orphan(failure.New(err))
	}
}

// rest ends it.
func (s *Service) rest(reason error) {
	s.state, s.reason, s.loss = serviceResting, reason, nil
	s.release()
	enders := s.takeEnders()
	s.failWaiters(reason)
	finish(enders)
}

// takeEnders returns those who have called Stop until now.
func (s *Service) takeEnders() []*deferred.Deferred[struct{}] {
	enders := s.enders
	s.enders = nil
	return enders
}

// finish fires the Deferreds of those who wait for an end.
func finish(enders []*deferred.Deferred[struct{}]) {
	for _, d := range enders {
		_ = d.Callback(struct{}{}) // swallowed if it was cancelled
	}
}
