//go:build unix

package netx_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"testing"

	"github.com/spindle-go/spindle/deferred/deferredtest"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
)

// The reactor stops during handshakes of every kind: one that waits for its peer,
// one that a worker is at, one that waits for a worker, one of StartTLS. No
// coroutine and no worker is left, which the end of all tests looks at, and
// everybody is told.
func TestReactorStopsDuringHandshakes(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	r, err := reactor.New(reactor.WithSignals())
	if err != nil {
		t.Fatal(err)
	}
	n := netx.New(r)
	for range 2 {
		address, closed := silent(t)
		g := newGate()
		var ends []error
		note := func(f *failure.Failure) { ends = append(ends, f) }
		servers := 0
		starter := &recorder{}
		starter.onMade = func(c *netx.Conn) { c.StartTLS(both()).Catch(note) }
		r.CallWhenRunning(func() {
			port, err := n.Listen("tcp4", "127.0.0.1:0", factory(&recorder{}), netx.WithTLS(g.config(&tcpWorld{net: n})),
				netx.WithHandshakeErrors(func(_ net.Addr, err error) { servers++; note(failure.New(err)) }))
			if err != nil {
				t.Error(err)
				return
			}
			n.Dial("tcp", address, factory(&recorder{}), netx.WithTLS(both())).Catch(note)
			n.Dial("tcp", address, factory(starter)).Catch(note)
			for range netx.MaxBlocking + 5 {
				n.Dial("tcp", port.Addr().String(), factory(&recorder{}), netx.WithTLS(both())).Catch(note)
			}
			waitFor(r, func() bool { return len(g.entered) == netx.MaxBlocking && starter.made() }).
				AddBoth(func(struct{}, error) (struct{}, error) { return struct{}{}, r.Stop() })
		})
		if err := r.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		receive(t, closed, "the end at the peer")
		if servers < netx.MaxBlocking || len(ends) != 2+netx.MaxBlocking+5+servers {
			t.Errorf("%d ends, %d of them at the server", len(ends), servers)
		}
		for _, err := range ends {
			// Who was told first has ended others.
			if !errors.Is(err, reactor.ErrStopped) && !errors.Is(err, netx.ErrConnectionLost) {
				t.Errorf("got %v", err)
			}
		}
		for range netx.MaxBlocking { // they gave up when their contexts ended
			receive(t, g.entered, "the workers")
		}
	}
}

// The reactor stops with connections that speak TLS.
func TestReactorStopsUnderTLS(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	r, err := reactor.New(reactor.WithSignals())
	if err != nil {
		t.Fatal(err)
	}
	n := netx.New(r)
	a, b := &recorder{}, &recorder{onMade: func(c *netx.Conn) { c.Pause() }}
	r.CallWhenRunning(func() {
		port, err := n.Listen("tcp4", "127.0.0.1:0", factory(b), netx.WithTLS(both()))
		if err != nil {
			t.Error(err)
			return
		}
		n.Dial("tcp", port.Addr().String(), factory(a), netx.WithTLS(both())).Tap(func(netx.Protocol) {
			a.conn.Write(make([]byte, 16<<20))
		}).Catch(func(f *failure.Failure) { t.Error(f) })
		waitFor(r, func() bool { return a.made() && b.made() }).
			AddBoth(func(struct{}, error) (struct{}, error) { return struct{}{}, r.Stop() })
	})
	if err := r.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, p := range []*recorder{a, b} {
		if p.story() != "made, lost: lost" {
			t.Error(p.story())
		}
		if state, ok := p.conn.ConnectionState(); !ok || state.Version != tls.VersionTLS13 {
			t.Errorf("after the end the state is %v, %v", state.Version, ok)
		}
	}
	if !errors.Is(a.reason, reactor.ErrStopped) && !errors.Is(b.reason, reactor.ErrStopped) {
		t.Errorf("got %v and %v", a.reason, b.reason)
	}
}
