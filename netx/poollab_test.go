package netx_test

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/timeout"
)

// poolLab is a pool whose connections are in memory, on a virtual clock. An attempt
// to connect to an address that begins with "slow" waits for the test, one to
// "refuse" fails.
type poolLab struct {
	t       *testing.T
	clock   *timeout.VirtualClock
	p       *netx.ConnectionPool
	dialled []string
	given   int // attempts that were given up
	slow    []func(err error)
	clients []*recorder
	servers []*recorder
	half    bool // protocols are HalfClosers
}

func newPoolLab(t *testing.T, cfg netx.PoolConfig) *poolLab {
	deferredtest.CheckUnhandled(t)
	l := &poolLab{t: t, clock: timeout.NewVirtualClock(time.Unix(0, 0))}
	cfg.Connect = l.connect
	cfg.Factory = netx.FactoryFunc(func(net.Addr) (netx.Protocol, error) {
		r := &recorder{}
		l.clients = append(l.clients, r)
		if l.half {
			h := &halfRecorder{}
			l.clients[len(l.clients)-1] = &h.recorder
			return h, nil
		}
		return r, nil
	})
	l.p = netx.NewConnectionPool(l.clock, cfg)
	return l
}

func (l *poolLab) connect(address string, f netx.Factory) *deferred.Deferred[netx.Protocol] {
	l.dialled = append(l.dialled, address)
	kind, _, _ := strings.Cut(address, " ")
	switch kind {
	case "refuse":
		return deferred.Fail[netx.Protocol](errRefused)
	case "panic":
		panic("boom")
	case "nil":
		return nil
	case "other":
		return deferred.Succeed[netx.Protocol](&recorder{})
	case "broken": // fails although there is a connection
		_, _ = l.pair(f)
		return deferred.Fail[netx.Protocol](errRefused)
	case "late": // says so only when the test does
		d := deferred.New[netx.Protocol]()
		p, _ := l.pair(f)
		l.slow = append(l.slow, func(error) { _ = d.Callback(p) })
		return d
	case "slow":
		d := deferred.New(func(*deferred.Deferred[netx.Protocol]) { l.given++ })
		l.slow = append(l.slow, func(err error) {
			if err != nil {
				_ = d.Errback(err)
				return
			}
			p, err := l.pair(f)
			if err != nil { // it was given up
				_ = d.Errback(err)
				return
			}
			_ = d.Callback(p)
		})
		return d
	}
	return deferred.Maybe(func() (netx.Protocol, error) { return l.pair(f) })
}

func (l *poolLab) pair(f netx.Factory) (netx.Protocol, error) {
	p, err := f.BuildProtocol(nil)
	if err == nil {
		server := &recorder{}
		l.servers = append(l.servers, server)
		netx.Pair(l.clock, p, server)
	}
	return p, err
}

// get asks for a connection and returns what came of it.
func (l *poolLab) get(address string) *outcome[*netx.Lease] { return watch(l.p.Get(address)) }

// got is get where there has to be one.
func (l *poolLab) got(address string) *netx.Lease {
	l.t.Helper()
	o := l.get(address)
	if o.v == nil {
		l.t.Fatalf("Get(%s) gave %+v", address, o)
	}
	return o.v
}

func (l *poolLab) want(what string, want netx.PoolStats) {
	l.t.Helper()
	if got := l.p.Stats(); got != want {
		l.t.Errorf("%s: %+v, not %+v", what, got, want)
	}
}

// end closes the pool and checks that nothing is left.
func (l *poolLab) end() {
	l.t.Helper()
	closed := watch(l.p.Close())
	l.clock.Advance(time.Minute)
	if !closed.fired || closed.err != nil {
		l.t.Errorf("Close gave %+v", closed)
	}
	l.want("after Close", netx.PoolStats{})
	if n := len(l.clock.Calls()); n != 0 {
		l.t.Errorf("%d delayed calls are left", n)
	}
	for i, c := range l.clients {
		if c.conn != nil && !c.lost() {
			l.t.Errorf("connection %d is left", i)
		}
	}
}
