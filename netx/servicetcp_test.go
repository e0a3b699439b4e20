//go:build unix

package netx_test

import (
	"errors"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
	"github.com/spindle-go/spindle/timeout"
)

// quickly is a policy for tests that wait for the system's clock.
var quickly = timeout.Policy{Base: time.Millisecond, Cap: time.Millisecond}

func TestServiceOverTCP(t *testing.T) {
	w := newTCPWorld(t)
	a, b := &recorder{}, &recorder{}
	port, number := listen(t, w, factory(b))
	var s *netx.Service
	w.do(func() {
		s = netx.NewService(w.net, netx.ServiceConfig{
			Connect: func(f netx.Factory) *deferred.Deferred[netx.Protocol] {
				return netx.Connect(w.net, "tcp:127.0.0.1:"+number, f)
			},
			Factory: factoryOf(func() netx.Protocol { a = &recorder{}; return a }),
			Policy:  quickly,
		})
		s.Start()
	})
	connected := func() bool { return s.Connected() != nil && b.conn != nil }
	w.until("the connection", connected)
	w.do(func() {
		port.StopListening()
		b.conn.Abort()
		b.conn = nil
	})
	w.until("some failures", func() bool { return s.Stats().Failures >= 3 })
	w.do(func() {
		if _, err := w.net.Listen("tcp4", "127.0.0.1:"+number, factory(b)); err != nil {
			t.Error(err)
		}
	})
	w.until("another connection", connected)
	stopped := await(w, "the end", s.Stop)
	if stopped.err != nil || a.story() != "made, lost: done" {
		t.Errorf("%+v, %s", stopped, a.story())
	}
}

// TestServiceWhenTheReactorStops has Services in each state.
func TestServiceWhenTheReactorStops(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	r, err := reactor.New(reactor.WithSignals())
	if err != nil {
		t.Fatal(err)
	}
	n := netx.New(r)
	full := fullPort(t)
	before := descriptors()
	for range 2 { // both can begin again
		port, err := n.Listen("tcp", "127.0.0.1:0", factoryOf(func() netx.Protocol { return &recorder{} }))
		if err != nil {
			t.Fatal(err)
		}
		connect := map[string]func(f netx.Factory) *deferred.Deferred[netx.Protocol]{
			"waiting": func(netx.Factory) *deferred.Deferred[netx.Protocol] {
				return deferred.Fail[netx.Protocol](errRefused)
			},
			"connecting": func(f netx.Factory) *deferred.Deferred[netx.Protocol] { return n.Dial("tcp", full, f) },
			"connected": func(f netx.Factory) *deferred.Deferred[netx.Protocol] {
				return n.Dial("tcp", port.Addr().String(), f)
			},
			"restarting": func(f netx.Factory) *deferred.Deferred[netx.Protocol] {
				return n.Dial("tcp", port.Addr().String(), f)
			},
		}
		services := map[string]*netx.Service{}
		waiters := map[string]*outcome[netx.Protocol]{}
		var stopped *outcome[struct{}]
		r.CallWhenRunning(func() {
			for name, connect := range connect {
				s := netx.NewService(n, netx.ServiceConfig{
					Connect: connect, Factory: factoryOf(func() netx.Protocol { return &recorder{} }),
					Policy: timeout.Policy{Base: time.Hour, Jitter: func() float64 { return 1 }},
				})
				services[name] = s
				s.Start()
				waiters[name] = watch(s.WhenConnected(0))
			}
			waitFor(r, func() bool { return waiters["connected"].fired && waiters["restarting"].fired }).Tap(func(struct{}) {
				stopped = watch(services["restarting"].Stop())
				services["restarting"].Start()
				waiters["restarting"] = watch(services["restarting"].WhenConnected(0))
				r.Stop()
			})
		})
		if err := r.Run(patiently(t)); err != nil {
			t.Fatal(err)
		}
		for name, w := range waiters {
			if name != "connected" && !errors.Is(w.err, reactor.ErrStopped) {
				t.Errorf("%s: the waiter got %+v", name, w)
			}
			if services[name].Connected() != nil {
				t.Errorf("%s: it is connected", name)
			}
			if s := watch(services[name].Stop()); !s.fired {
				t.Errorf("%s: Stop waits for a loop that has ended", name)
			}
		}
		if !stopped.fired {
			t.Error("Stop has not ended")
		}
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if after := descriptors(); after > before {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
}
