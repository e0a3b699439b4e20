package netx

import (
	"context"
	"net"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/threads"
)

// NetListener returns a net.Listener over l, whose connections are those of
// [Stream.NetConn]: so a net/http.Server can serve on it. From then on l itself is not
// to be asked. It panics if the network of l cannot be reached from other goroutines.
// Loop goroutine only; the methods of the net.Listener are for any other goroutine.
//
// Its Accept fails with a *net.OpError around net.ErrClosed after Close, and around
// the reason when the reactor has stopped. Its Close does not wait; the address is
// free a turn of the loop later. A program that ends on a signal has its reactor
// wait for the Shutdown of its http.Server, on a thread, as an example shows.
func (l *StreamListener) NetListener() net.Listener {
	l.port.env.own()
	if l.port.env.loop == nil {
		panic("netx: NetListener on a network that has no loop")
	}
	return &netListener{listener: l, loop: l.port.env.loop}
}

// netListener is the bridge between a StreamListener and goroutines that block.
type netListener struct {
	listener *StreamListener // loop goroutine only, but for Addr
	loop     loopCaller
}

// Accept implements net.Listener.
func (b *netListener) Accept() (net.Conn, error) {
	c, err := threads.BlockingCallFromThread(context.Background(), b.loop, func() *deferred.Deferred[net.Conn] {
		return deferred.Then(b.listener.Accept(), func(s *Stream) (net.Conn, error) { return s.NetConn(), nil })
	})
	if err != nil {
		return nil, b.errorOf("accept", err)
	}
	return c, nil
}

// Close implements net.Listener.
func (b *netListener) Close() error {
	if err := b.loop.CallFromThread(func() { b.listener.Close() }); err != nil {
		return b.errorOf("close", err)
	}
	return nil
}

// Addr implements net.Listener.
func (b *netListener) Addr() net.Addr { return b.listener.Addr() }

func (b *netListener) errorOf(op string, err error) error {
	return &net.OpError{Op: op, Net: b.Addr().Network(), Addr: b.Addr(), Err: err}
}
