package netx

import (
	"net"

	"github.com/spindle-go/spindle/failure"
)

// link is a connection that somebody besides its protocol follows: a Service or a
// ConnectionPool. Loop goroutine only.
type link struct {
	proto  Protocol
	over   bool             // nobody follows it any more, and no connection may come of it
	conn   *Conn            // once it is made
	lost   *failure.Failure // once it has ended
	onLost func()           // is called then; may be nil
	onHalf func()           // is called when the input of a HalfCloser has ended; may be nil
}

// factory returns a factory that gives the connection the protocol of f, and has l
// follow it. It is for one connection; another one, or one that comes after its
// making was given up, gets no protocol.
func (l *link) factory(f Factory) Factory {
	return FactoryFunc(func(addr net.Addr) (Protocol, error) {
		if l.over || l.conn != nil {
			return nil, errNotWanted
		}
		p, err := build(f, addr)
		if err != nil {
			return nil, err
		}
		l.proto = p
		w := &linkedProtocol{Protocol: p, link: l}
		if h, ok := p.(HalfCloser); ok {
			return &linkedHalfCloser{linkedProtocol: w, HalfCloser: h}, nil
		}
		return w, nil
	})
}

// alive reports whether there is a connection that has not ended.
func (l *link) alive() bool { return l.conn != nil && l.lost == nil }

// lasts reports whether there is a connection that is not about to end: a Stream
// whose peer has ended its output is.
func (l *link) lasts() bool {
	s := StreamOf(l.proto)
	return l.alive() && l.conn.state.alive() && !l.conn.state.bounded() && (s == nil || s.end == nil)
}

// reason is why the connection was lost.
func (l *link) reason() error {
	if isPanic(l.lost) {
		return &brokenError{l.lost}
	}
	return l.lost
}

// brokenError is the end of a connection by a panic of its protocol, which is not
// one of those who follow it: it hides the panic from timeout.Retry.
type brokenError struct{ reason *failure.Failure }

func (e *brokenError) Error() string { return e.reason.Error() }

// linkedProtocol is a protocol whose connection is followed.
type linkedProtocol struct {
	Protocol
	link *link
}

// wrapped implements wrapper.
func (p *linkedProtocol) wrapped() any { return p.Protocol }

// ConnectionMade implements Protocol.
func (p *linkedProtocol) ConnectionMade(c *Conn) {
	p.link.conn = c
	p.Protocol.ConnectionMade(c)
}

// ConnectionLost implements Protocol. Who follows is told after the protocol, and
// also when that panics.
func (p *linkedProtocol) ConnectionLost(reason *failure.Failure) {
	defer func() {
		p.link.lost = reason
		if p.link.onLost != nil {
			p.link.onLost()
		}
	}()
	p.Protocol.ConnectionLost(reason)
}

// linkedHalfCloser is one that is a HalfCloser, and must not be taken for one that
// is not.
type linkedHalfCloser struct {
	*linkedProtocol
	HalfCloser
}

// ReadClosed implements HalfCloser.
func (p *linkedHalfCloser) ReadClosed() {
	defer func() {
		if p.link.onHalf != nil {
			p.link.onHalf()
		}
	}()
	p.HalfCloser.ReadClosed()
}
