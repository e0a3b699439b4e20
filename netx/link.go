package netx

import (
	"errors"
	"net"

	"github.com/spindle-go/spindle/failure"
)

// errNoLink is the failure of an attempt that did not use the factory it was given.
var errNoLink = errors.New("netx: there is a protocol, but the factory that was given was not asked for it")

// link is a connection that somebody besides its protocol follows: a Service or a
// ConnectionPool. Loop goroutine only.
type link struct {
	proto  Protocol
	conn   *Conn            // once it is made
	lost   *failure.Failure // once it has ended
	onLost func()           // is called then; may be nil
}

// factory returns a factory that gives the connection the protocol of f, and has l
// follow it. It is for one connection.
func (l *link) factory(f Factory) Factory {
	return FactoryFunc(func(addr net.Addr) (Protocol, error) {
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

// outputMoved implements outputWatcher.
func (p *linkedProtocol) outputMoved() {
	if w, ok := p.Protocol.(outputWatcher); ok {
		w.outputMoved()
	}
}

// linkedHalfCloser is one that is a HalfCloser, and must not be taken for one that
// is not.
type linkedHalfCloser struct {
	*linkedProtocol
	HalfCloser
}
