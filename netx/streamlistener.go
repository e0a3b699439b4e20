package netx

import (
	"net"
	"slices"

	"github.com/spindle-go/spindle/deferred"
)

// maxUnaccepted is how many Streams a StreamListener holds that nobody has asked
// for. At that many its Port stops accepting, and peers wait in the kernel.
const maxUnaccepted = 128

// StreamListener gives the connections of a Port as Streams, to those who ask.
// [ListenStream] makes one. All methods but Addr belong to the goroutine of the
// loop, and none blocks.
type StreamListener struct {
	// Fixed after ListenStream.
	port *Port

	// Loop goroutine only.
	ready   []*Stream                     // not accepted yet
	waiters []*deferred.Deferred[*Stream] // of Accept; only while ready is empty
}

// ListenStream listens at an address, as [Net.Listen] does, and fails as that
// does. Loop goroutine only.
func ListenStream(n Network, network, address string, opts ...Option) (*StreamListener, error) {
	l := &StreamListener{}
	port, err := n.Listen(network, address, newStream(l.made), opts...)
	if err != nil {
		return nil, err
	}
	l.port = port
	port.closed = l.closed
	return l, nil
}

// Accept returns the next connection, as soon as there is one. Those who ask are
// served in order. It fails with a net.ErrClosed after Close, and with the reason
// when the reactor has stopped. A cancel takes no connection. Loop goroutine only.
func (l *StreamListener) Accept() *deferred.Deferred[*Stream] {
	l.port.env.own()
	switch {
	case len(l.ready) > 0:
		s := l.ready[0]
		l.ready[0] = nil
		l.ready = l.ready[1:]
		if len(l.ready) == maxUnaccepted/2 {
			l.port.unhold(unaccepted)
		}
		return deferred.Succeed(s)
	case l.port.reason != nil:
		return deferred.Fail[*Stream](l.port.reason)
	}
	d := deferred.New(l.forget)
	l.waiters = append(l.waiters, d)
	return d
}

// Addr returns the address that is listened at, see [Port.Addr].
func (l *StreamListener) Addr() net.Addr { return l.port.Addr() }

// Stats returns what the Port has done, see [Port.Stats].
func (l *StreamListener) Stats() PortStats { return l.port.Stats() }

// Close stops listening, see [Port.StopListening]. Connections that nobody has
// accepted are aborted, and who waits for one fails in the next turn. Loop
// goroutine only.
func (l *StreamListener) Close() *deferred.Deferred[struct{}] {
	d := l.port.StopListening()
	ready := l.ready
	l.ready = nil
	for _, s := range ready {
		s.Abort()
	}
	return d
}

// forget is the canceller of Accept.
func (l *StreamListener) forget(d *deferred.Deferred[*Stream]) {
	if i := slices.Index(l.waiters, d); i >= 0 {
		l.waiters = slices.Delete(l.waiters, i, i+1)
	}
}

// made takes a new connection.
func (l *StreamListener) made(s *Stream) {
	if len(l.waiters) > 0 {
		d := l.waiters[0]
		l.waiters[0] = nil
		l.waiters = l.waiters[1:]
		_ = d.Callback(s) // it is among the waiters, so it has not fired
		return
	}
	l.ready = append(l.ready, s)
	if len(l.ready) == maxUnaccepted {
		l.port.hold(unaccepted)
	}
}

// closed is called when the Port has ended.
func (l *StreamListener) closed(reason error) {
	waiters := l.waiters
	l.waiters = nil
	for _, d := range waiters {
		_ = d.Errback(reason) // ErrAlreadyCalled if one before it cancelled it
	}
}
