//go:build unix

package netx_test

import (
	"errors"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
)

func TestPoolOverTCP(t *testing.T) {
	w := newTCPWorld(t)
	var servers []*recorder
	_, number := listen(t, w, factoryOf(func() netx.Protocol {
		servers = append(servers, &recorder{})
		return servers[len(servers)-1]
	}))
	var p *netx.ConnectionPool
	w.do(func() { p = netx.NewConnectionPool(w.net, tcpPool(w.net, 2)) })
	get := func() *netx.Lease {
		return await(w, "a connection", func() *deferred.Deferred[*netx.Lease] { return p.Get("127.0.0.1:" + number) }).v
	}
	a, b := get(), get()
	w.do(func() { a.Release() })
	if c := get(); c.Conn() != a.Conn() {
		t.Error("it was not used again")
	} else {
		w.do(func() { c.Release(); b.Release() })
	}
	w.until("the server", func() bool { return len(servers) == 2 && servers[0].conn != nil && servers[1].conn != nil })
	w.do(func() { servers[0].conn.Abort() })
	w.until("the loss", func() bool { return p.Stats().Idle == 1 })
	if closed := await(w, "the end", p.Close); closed.err != nil {
		t.Errorf("%+v", closed)
	}
}

// tcpPool dials TCP.
func tcpPool(n *netx.Net, most int) netx.PoolConfig {
	return netx.PoolConfig{
		Connect: func(address string, f netx.Factory) *deferred.Deferred[netx.Protocol] {
			return n.Dial("tcp", address, f)
		},
		Factory:  factoryOf(func() netx.Protocol { return &recorder{} }),
		MaxTotal: most,
	}
}

func TestPoolWhenTheReactorStops(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	r, err := reactor.New(reactor.WithSignals())
	if err != nil {
		t.Fatal(err)
	}
	n := netx.New(r)
	full := fullPort(t)
	port, err := n.Listen("tcp", "127.0.0.1:0", factoryOf(func() netx.Protocol { return &recorder{} }))
	if err != nil {
		t.Fatal(err)
	}
	before := descriptors()
	p := netx.NewConnectionPool(n, tcpPool(n, 2))
	var outcomes []*outcome[*netx.Lease]
	r.CallWhenRunning(func() {
		lent := watch(p.Get(port.Addr().String()))
		for _, address := range []string{full, full, port.Addr().String()} {
			outcomes = append(outcomes, watch(p.Get(address)))
		}
		waitFor(r, func() bool { return lent.fired }).Tap(func(struct{}) { r.Stop() })
	})
	if err := r.Run(patiently(t)); err != nil {
		t.Fatal(err)
	}
	for i, o := range outcomes {
		if !errors.Is(o.err, reactor.ErrStopped) {
			t.Errorf("%d: %+v", i, o)
		}
	}
	if got := p.Stats(); got != (netx.PoolStats{}) {
		t.Errorf("left are %+v", got)
	}
	if closed := watch(p.Close()); !closed.fired {
		t.Error("Close waits for a loop that has ended")
	}
	if after := descriptors(); after > before {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
}
