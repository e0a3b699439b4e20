package netx

import (
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/spindle-go/spindle/deferred"
)

// ShutdownReport is how many connections a Port had at its Shutdown, by the way
// they ended.
type ShutdownReport struct {
	Finished int // by themselves, in the time that they were given
	Closed   int // after Close, with what they had written, or before they had a protocol
	Aborted  int // since that took too long as well, or nobody had accepted them
}

// Finisher is a Protocol that wants to know when its Port is shut down, so that it
// need not be waited for: one between two requests can close its connection at
// once, and one in the middle of something when that is done. A [FrameProtocol]
// may be one, and a protocol whose connection is in a [Pipe]; a Stream has
// [Stream.Finishing].
type Finisher interface {
	// Finish is called, once, in the turn after Shutdown. A request that is on its way
	// then meets Close with input that was not read, see there.
	Finish()
}

// shutdownPhase says how far a Shutdown is.
//
//	from      what happens                                     to
//	--------  -----------------------------------------------  --------
//	waiting   the grace is over: each gets Close               shutting
//	shutting  WithCloseTimeout is over: each is aborted        aborting
//	any       a Deferred of Shutdown is cancelled: the same    aborting
type shutdownPhase uint8

const (
	waiting shutdownPhase = iota
	shutting
	aborting
)

// shutdown is the end of a Port. It is over when the Port has no connection left.
// Loop goroutine only.
type shutdown struct {
	port    *Port
	phase   shutdownPhase
	told    bool // those that are Finishers
	report  ShutdownReport
	stop    func() bool    // takes back the end of the phase
	refused map[*Conn]bool // of a StreamListener, which nobody had accepted
	waiters []*deferred.Deferred[ShutdownReport]
}

// Shutdown ends the Port and its connections gracefully: it stops listening, at
// once, tells those whose protocol is a [Finisher], and gives all of them the time
// of grace to end by themselves. Those that are left then are closed, as by Close;
// and those that are left after WithCloseTimeout, or after the grace again if that
// is 0, are aborted, whatever producers they have. Those that wait for the header of
// [WithProxyProtocol], or are in the TLS handshake of [WithTLS], get no protocol any
// more, and are closed at once. What is done to several is done in the order they
// came.
//
// The Deferred fires, in a later turn, when the last one has ended, with how many
// ended in each way. It never fails, but by a cancel, which aborts all that is left
// at once. A second call answers the same with another Deferred, and its grace does
// not count. A negative grace panics. Loop goroutine only.
//
// A program that is to end so on a signal has its reactor wait for it, which closes
// everything otherwise:
//
//	r.AddSystemEventTrigger(reactor.Before, reactor.Shutdown, func() *deferred.Deferred[struct{}] {
//		return deferred.Then(port.Shutdown(10*time.Second), func(netx.ShutdownReport) (struct{}, error) {
//			return struct{}{}, nil
//		})
//	})
func (p *Port) Shutdown(grace time.Duration) *deferred.Deferred[ShutdownReport] {
	p.env.own()
	notNegative("Shutdown", grace)
	headless := p.pending
	p.end(net.ErrClosed) // and with it those, which are no connections yet
	if p.shutdown == nil {
		p.shutdown = &shutdown{port: p, report: ShutdownReport{Closed: headless}}
		p.shutdown.begin(grace)
	}
	s := p.shutdown
	d := deferred.New(func(*deferred.Deferred[ShutdownReport]) { s.cut() })
	s.waiters = append(s.waiters, d)
	p.env.next(s)
	return d
}

// begin waits for the connections to end.
func (s *shutdown) begin(grace time.Duration) {
	if s.port.live.len() == 0 {
		return
	}
	for c := range s.port.live.all() {
		if c.unmet() {
			_ = c.Close() // it is always nil
		}
	}
	s.stop = s.port.env.clock.AfterFunc(grace, func() {
		s.port.env.own()
		s.stop = nil
		s.closeAll(grace)
	})
}

// closeAll closes those that are left.
func (s *shutdown) closeAll(grace time.Duration) {
	s.phase = shutting
	after := s.port.cfg.closeTimeout
	if after == 0 {
		after = grace
	}
	for c := range s.port.live.all() {
		_ = c.Close() // it is always nil
	}
	s.stop = s.port.env.clock.AfterFunc(after, func() {
		s.port.env.own()
		s.stop = nil
		s.cut()
	})
}

// cut aborts those that are left.
func (s *shutdown) cut() {
	s.phase = aborting
	for c := range s.port.live.all() {
		c.Abort()
	}
}

// refuse aborts one that nobody had accepted.
func (s *shutdown) refuse(c *Conn) {
	if c.state.alive() {
		if s.refused == nil {
			s.refused = make(map[*Conn]bool)
		}
		s.refused[c] = true
		c.Abort()
	}
}

// ended counts a connection that has ended.
func (s *shutdown) ended(c *Conn) {
	aborted := errors.Is(c.reason, ErrConnectionAborted)
	switch {
	case s.phase == waiting && !c.unmet() && !s.refused[c]:
		s.report.Finished++
	case s.phase != aborting && !aborted:
		s.report.Closed++
	default:
		s.report.Aborted++
	}
	if s.port.live.len() == 0 {
		s.port.env.next(s)
	}
}

// turn tells the Finishers, and fires the Deferreds if it is over.
func (s *shutdown) turn() {
	if !s.told {
		s.told = true
		for c := range s.port.live.all() {
			c.deliver(finishAsked, nil)
		}
	}
	if s.port.live.len() > 0 {
		return
	}
	if s.stop != nil {
		s.stop()
		s.stop = nil
	}
	s.refused = nil // the Port may be kept, and they need not be
	waiters := s.waiters
	s.waiters = nil
	for _, d := range waiters {
		_ = d.Callback(s.report) // swallowed if it was cancelled
	}
}

// Shutdown ends the listener and its connections gracefully, see [Port.Shutdown].
// Connections that nobody has accepted are aborted at once, and who waits for one
// fails, as with Close. Loop goroutine only.
func (l *StreamListener) Shutdown(grace time.Duration) *deferred.Deferred[ShutdownReport] {
	d := l.port.Shutdown(grace)
	ready := l.ready
	l.ready = nil
	for _, s := range ready {
		l.port.shutdown.refuse(s.conn)
	}
	return d
}

// String says it in one line.
func (r ShutdownReport) String() string {
	return fmt.Sprintf("%d finished, %d closed, %d aborted", r.Finished, r.Closed, r.Aborted)
}
