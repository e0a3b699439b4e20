package netx

import (
	"errors"
	"net"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// Port is what Listen returns: it accepts connections until it is stopped. All
// methods but Addr belong to the goroutine of the loop, and none blocks.
type Port struct {
	// Fixed after Listen.
	env     *env
	factory Factory
	cfg     *config
	l       listener
	addr    net.Addr
	closed  func(reason error) // called once it has ended; may be nil

	// Loop goroutine only.
	admission
	shutdown *shutdown // once Shutdown was called
	stats    PortStats
	reason   error                          // why it has ended; nil while it listens
	stopping []*deferred.Deferred[struct{}] // of StopListening
}

// PortStats is what a Port has done.
type PortStats struct {
	Accepted uint64 // connections that got a protocol
	Rejected uint64 // those that the factory gave none, or was not asked for; see WithProxyProtocol
	Limited  uint64 // those closed at once, by WithMaxConnectionsPerPeer
	Open     int    // connections that there are
	Dropped  uint64 // those closed at once, since there were no descriptors left
	Failed   uint64 // those that ended before their TLS handshake was done
}

// newPort returns a Port that has no listener yet.
func newPort(n *Net, f Factory, opts []Option) *Port {
	p := &Port{env: &n.env, factory: f}
	cfg := *n.config(opts)
	cfg.port = p
	p.cfg = &cfg
	return p
}

// listener is what a Port accepts from.
type listener interface {
	// close gives the socket back.
	close()
	// accept says whether connections are to be accepted from now on. After
	// close it does nothing.
	accept(on bool)
}

// Addr returns the address that the Port listens at, with the port that the
// kernel chose, also after it was stopped. Any goroutine may call it.
func (p *Port) Addr() net.Addr { return p.addr }

// Stats returns what p has done so far. Loop goroutine only.
func (p *Port) Stats() PortStats {
	p.env.own()
	stats := p.stats
	stats.Open = p.live.len()
	return stats
}

// StopListening closes the socket, so that the address is free when it returns.
// Connections that were accepted live on, those that are still in their TLS
// handshake excepted, which are closed when it is done. The Deferred fires in the
// next turn; it never fails. Called again, or after the reactor has stopped, it
// answers the same with another Deferred. Loop goroutine only.
func (p *Port) StopListening() *deferred.Deferred[struct{}] {
	p.env.own()
	p.end(net.ErrClosed)
	d := deferred.New[struct{}]()
	p.stopping = append(p.stopping, d)
	p.env.next(p)
	return d
}

// end closes the socket, once.
func (p *Port) end(reason error) {
	if p.reason == nil {
		p.reason = &opError{op: "accept", network: p.addr.Network(), address: p.addr.String(), err: reason}
		p.l.close()
		p.env.next(p)
	}
}

// turn tells those who wait for the end.
func (p *Port) turn() {
	if p.closed != nil {
		tell := p.closed
		p.closed = nil
		tell(p.reason)
	}
	stopping := p.stopping
	p.stopping = nil
	for _, d := range stopping {
		_ = d.Callback(struct{}{}) // swallowed if it was cancelled
	}
}

// protocol has the factory make one for a connection that was accepted. With nil
// the connection is to be closed.
func (p *Port) protocol(remote net.Addr) Protocol {
	if !p.admits(remote) {
		return nil
	}
	return p.build(remote)
}

// build is protocol for a connection that was admitted.
func (p *Port) build(remote net.Addr) Protocol {
	proto, err := build(p.factory, remote)
	if err == nil && p.reason == nil {
		p.stats.Accepted++
		return proto
	}
	p.stats.Rejected++
	if err != nil && !errors.Is(err, ErrNoProtocol) {
		orphan(failure.New(&opError{op: "accept", network: p.addr.Network(), address: p.addr.String(), err: err}))
	}
	return nil
}
