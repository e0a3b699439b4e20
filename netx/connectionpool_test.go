package netx_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
	"github.com/spindle-go/spindle/failure"
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

func TestPoolReuses(t *testing.T) {
	l := newPoolLab(t, netx.PoolConfig{})
	a, b := l.got("x"), l.got("x")
	if a.Protocol() == b.Protocol() || a.Conn() == b.Conn() || a.Protocol().(*recorder) == nil {
		t.Error("two have the same connection")
	}
	l.want("two", netx.PoolStats{Total: 2, Lent: 2})
	first, second := a.Conn(), b.Conn()
	a.Release()
	b.Release()
	b.Release() // which does nothing
	b.Discard()
	l.want("back", netx.PoolStats{Total: 2, Idle: 2})
	if c := l.got("x"); c.Conn() != second { // the last one first
		t.Error("it is not the one that was used last")
	} else if d := l.got("x"); d.Conn() != first {
		t.Error("the other one was not used")
	} else {
		c.Release()
		d.Release()
	}
	l.got("y").Release() // of another address
	if got := strings.Join(l.dialled, ","); got != "x,x,y" {
		t.Errorf("dialled are %s", got)
	}
	l.end()
}

func TestPoolExpires(t *testing.T) {
	l := newPoolLab(t, netx.PoolConfig{IdleTimeout: time.Minute})
	a, b := l.got("x"), l.got("x")
	a.Release()
	b.Release()
	l.clock.Advance(40 * time.Second)
	l.got("x").Release() // b, which begins anew
	l.clock.Advance(30 * time.Second)
	l.want("after a minute", netx.PoolStats{Total: 1, Idle: 1})
	if l.clients[0].story() != "made, lost: done" || l.clients[1].lost() {
		t.Errorf("the connections: %s; %s", l.clients[0].story(), l.clients[1].story())
	}
	c := l.got("x")
	l.clock.Advance(time.Hour) // one that is lent does not expire
	l.want("lent", netx.PoolStats{Total: 1, Lent: 1})
	c.Release()
	l.clock.Advance(time.Minute)
	l.want("at the end", netx.PoolStats{})
	l.end()
	if d := newPoolLab(t, netx.PoolConfig{}); d.got("x") != nil {
		d.p.Abort()
		d.clock.Advance(0)
	}
}

func TestPoolDropsWhatEnds(t *testing.T) {
	for name, tt := range map[string]struct {
		half bool
		end  func(client, server *recorder)
	}{
		"closed by the peer":     {false, func(_, server *recorder) { server.conn.Close() }},
		"reset by the peer":      {false, func(_, server *recorder) { server.conn.Abort() }},
		"closed by the protocol": {false, func(client, _ *recorder) { client.conn.Close() }},
		"half closed":            {true, func(_, server *recorder) { server.conn.CloseWrite() }},
	} {
		t.Run(name, func(t *testing.T) {
			for _, when := range []string{"idle", "lent", "just before"} {
				l := newPoolLab(t, netx.PoolConfig{})
				l.half = tt.half
				lease := l.got("x")
				if when == "idle" {
					lease.Release()
				}
				tt.end(l.clients[0], l.servers[0])
				if when == "just before" && name == "closed by the protocol" {
					lease.Release()
				}
				l.clock.Advance(0)
				if when != "idle" {
					lease.Release()
				}
				l.clock.Advance(0)
				l.want(when, netx.PoolStats{})
				l.got("x").Release()
				if len(l.dialled) != 2 {
					t.Errorf("%s: dialled are %v", when, l.dialled)
				}
				l.end()
			}
		})
	}
}

func TestPoolDiscards(t *testing.T) {
	l := newPoolLab(t, netx.PoolConfig{MaxPerAddress: 1})
	lease := l.got("x")
	next := l.get("x")
	lease.Discard()
	if next.fired {
		t.Error("there are two connections at a time")
	}
	l.clock.Advance(0)
	if next.v == nil || next.v.Conn() == lease.Conn() || l.clients[0].story() != "made, lost: done" {
		t.Errorf("the next one got %+v", next)
	}
	next.v.Release()
	l.end()
}

func TestPoolLimitPerAddress(t *testing.T) {
	l := newPoolLab(t, netx.PoolConfig{MaxPerAddress: 2})
	a, b := l.got("x"), l.got("x")
	var order []string
	var ds []*deferred.Deferred[*netx.Lease]
	for i := range 4 {
		d := l.p.Get("x")
		ds = append(ds, d)
		d.Tap(func(*netx.Lease) { order = append(order, fmt.Sprint(i)) }).Catch(func(*failure.Failure) {})
	}
	l.got("y").Release() // another address has room
	l.want("waiting", netx.PoolStats{Total: 3, Lent: 2, Idle: 1, Waiting: 4})
	ds[1].Cancel()
	conn := a.Conn()
	var c *netx.Lease
	ds[0].Tap(func(l *netx.Lease) { c = l })
	a.Release()
	if c == nil || c.Conn() != conn {
		t.Errorf("the first who waits got %+v", c)
	}
	b.Release()
	c.Release()
	if got := strings.Join(order, ""); got != "023" {
		t.Errorf("the order was %s", got)
	}
	if len(l.dialled) != 3 {
		t.Errorf("dialled are %v", l.dialled)
	}
	l.p.Abort()
	l.clock.Advance(0)
	l.end()
}

func TestPoolLimitTotal(t *testing.T) {
	l := newPoolLab(t, netx.PoolConfig{MaxTotal: 2})
	a, b := l.got("x"), l.got("y")
	first, second := l.get("z"), l.get("x")
	l.want("waiting", netx.PoolStats{Total: 2, Lent: 2, Waiting: 2})
	a.Release() // the same address can use it at once, though z has waited for longer
	if second.v == nil || first.fired {
		t.Errorf("%+v, %+v", first, second)
	}
	b.Release() // and this one makes room
	l.want("making room", netx.PoolStats{Total: 2, Lent: 1, Waiting: 1})
	l.clock.Advance(0)
	if first.v == nil {
		t.Fatalf("%+v", first)
	}
	if got := strings.Join(l.dialled, ","); got != "x,y,z" {
		t.Errorf("dialled are %s", got)
	}
	first.v.Release()
	second.v.Release()
	l.want("both idle", netx.PoolStats{Total: 2, Idle: 2})
	l.get("w")
	l.clock.Advance(0)
	if !l.clients[2].lost() || l.clients[0].lost() { // z's was idle for longer
		t.Error("it was not the oldest one that made room")
	}
	l.p.Abort()
	l.clock.Advance(0)
	l.end()
}

func TestPoolTotalIsInOrder(t *testing.T) {
	l := newPoolLab(t, netx.PoolConfig{MaxTotal: 1})
	lease := l.got("a")
	var order []string
	for _, address := range strings.Split("x y x z y", " ") {
		l.p.Get(address).Tap(func(lease *netx.Lease) {
			order = append(order, address)
			lease.Discard()
		})
	}
	lease.Discard()
	l.clock.Advance(0)
	if got := strings.Join(order, " "); got != "x y x z y" {
		t.Errorf("the order was %s", got)
	}
	l.end()
}

func TestPoolAttempts(t *testing.T) {
	t.Run("fail", func(t *testing.T) {
		l := newPoolLab(t, netx.PoolConfig{})
		for address, want := range map[string]string{"refuse": "refused", "panic": "boom", "nil": "nil Deferred", "other": "factory"} {
			if o := l.get(address); o.err == nil || !strings.Contains(o.err.Error(), want) {
				t.Errorf("%s: %+v", address, o)
			}
		}
		l.want("nothing", netx.PoolStats{})
		l.end()
	})
	t.Run("fail the first who waits", func(t *testing.T) {
		l := newPoolLab(t, netx.PoolConfig{MaxPerAddress: 2})
		a, b, c := l.get("slow"), l.get("slow"), l.get("slow")
		l.want("two at a time", netx.PoolStats{Total: 2, Waiting: 3})
		l.slow[1](errRefused)
		if !errors.Is(a.err, errRefused) || b.fired || c.fired || len(l.slow) != 3 {
			t.Errorf("%+v, %+v, %+v, %d attempts", a, b, c, len(l.slow))
		}
		l.slow[2](nil)
		l.slow[0](nil)
		if b.v == nil || c.v == nil || b.v.Conn() != l.clients[0].conn {
			t.Errorf("%+v, %+v", b, c)
		}
		b.v.Release()
		c.v.Release()
		l.end()
	})
	t.Run("are cancelled with those who wait", func(t *testing.T) {
		l := newPoolLab(t, netx.PoolConfig{})
		d, e := l.p.Get("slow"), l.p.Get("slow")
		first, second := watch(d), watch(e)
		d.Cancel()
		if !errors.Is(first.err, deferred.ErrCancelled) || l.given != 1 {
			t.Errorf("%+v, %d given up", first, l.given)
		}
		l.slow[0](nil) // the older attempt goes on, for the other one
		if second.v == nil {
			t.Fatalf("%+v", second)
		}
		l.want("one", netx.PoolStats{Total: 1, Lent: 1})
		second.v.Release()
		l.end()
	})
	t.Run("that come too late are kept", func(t *testing.T) {
		l := newPoolLab(t, netx.PoolConfig{MaxPerAddress: 2})
		a := l.get("slow")
		l.slow[0](nil)
		b := l.get("slow")
		a.v.Release() // b gets this one
		if b.v == nil {
			t.Fatalf("%+v", b)
		}
		l.slow[1](nil)
		l.want("a spare one", netx.PoolStats{Total: 2, Lent: 1, Idle: 1})
		c := l.got("slow")
		c.Release()
		b.v.Release()
		l.end()
	})
	t.Run("that fail too late are forgotten", func(t *testing.T) {
		l := newPoolLab(t, netx.PoolConfig{})
		a := l.get("slow")
		l.slow[0](nil)
		b := l.get("slow")
		a.v.Release()
		l.slow[1](errRefused)
		l.want("one", netx.PoolStats{Total: 1, Lent: 1})
		b.v.Release()
		l.end()
	})
}

func TestPoolCloses(t *testing.T) {
	l := newPoolLab(t, netx.PoolConfig{MaxTotal: 5})
	lent, idle := l.got("x"), l.got("x")
	idle.Release()
	waiting, slow := l.get("slow"), l.get("slow")
	lost := l.got("x") // the one that was idle
	l.got("y").Release()
	closed, again := watch(l.p.Close()), watch(l.p.Close())
	for _, o := range []*outcome[*netx.Lease]{waiting, slow, l.get("x")} {
		if !errors.Is(o.err, netx.ErrPoolClosed) || !errors.Is(o.err, net.ErrClosed) {
			t.Errorf("%+v", o)
		}
	}
	if l.given != len(l.slow) {
		t.Errorf("%d attempts of %d were given up", l.given, len(l.slow))
	}
	l.clock.Advance(time.Hour)
	if closed.fired || lent.Conn().Closed() {
		t.Error("Close did not wait for those that are in use")
	}
	lent.Release()
	lost.Release()
	l.clock.Advance(0)
	if !closed.fired || !again.fired {
		t.Error("Close has not ended")
	}
	l.end()
}

func TestPoolAborts(t *testing.T) {
	l := newPoolLab(t, netx.PoolConfig{})
	lease := l.got("x")
	l.got("x").Release()
	l.get("slow")
	aborted := watch(l.p.Abort())
	l.clock.Advance(0)
	if !aborted.fired || l.clients[0].story() != "made, lost: aborted" {
		t.Errorf("%+v, %s", aborted, l.clients[0].story())
	}
	lease.Release() // too late, which does nothing
	l.end()
}

// TestPoolHandOverIsFlat has each who gets a connection give it on at once.
func TestPoolHandOverIsFlat(t *testing.T) {
	const n = 100_000
	l := newPoolLab(t, netx.PoolConfig{MaxPerAddress: 1})
	lease := l.got("x")
	served, depth, deepest := 0, 0, 0
	for range n {
		l.p.Get("x").Tap(func(lease *netx.Lease) {
			served++
			depth++
			deepest = max(deepest, depth)
			lease.Release()
			depth--
		})
	}
	lease.Release()
	if served != n || deepest > 1 || len(l.dialled) != 1 {
		t.Errorf("%d served, %d deep, %d dialled", served, deepest, len(l.dialled))
	}
	l.end()
}

func TestNewConnectionPoolOfNonsense(t *testing.T) {
	connect := func(string, netx.Factory) *deferred.Deferred[netx.Protocol] { return nil }
	clock := timeout.NewVirtualClock(time.Unix(0, 0))
	for name, f := range map[string]func(){
		"needs":   func() { netx.NewConnectionPool(clock, netx.PoolConfig{}) },
		"a clock": func() { netx.NewConnectionPool(nil, netx.PoolConfig{Connect: connect, Factory: factory(nil)}) },
		"negative": func() {
			netx.NewConnectionPool(clock, netx.PoolConfig{Connect: connect, Factory: factory(nil), MaxTotal: -1})
		},
	} {
		func() {
			defer func() {
				if v, _ := recover().(string); !strings.Contains(v, name) {
					t.Errorf("it panicked with %q, not with %q", v, name)
				}
			}()
			f()
		}()
	}
}

// TestPoolRandomly plays random programs: the limits hold at all times, nobody waits
// while there is something for him, and in the end nothing is left.
func TestPoolRandomly(t *testing.T) {
	for seed := range uint64(300) {
		playPool(t, rand.New(rand.NewPCG(seed, 2)), seed)
		if t.Failed() {
			return
		}
	}
}

func playPool(t *testing.T, rnd *rand.Rand, seed uint64) {
	t.Helper()
	cfg := netx.PoolConfig{MaxTotal: rnd.IntN(5), MaxPerAddress: rnd.IntN(4), IdleTimeout: 3 * time.Second}
	l := newPoolLab(t, cfg)
	var asked []*deferred.Deferred[*netx.Lease]
	var outcomes []*outcome[*netx.Lease]
	var held []*netx.Lease
	take := func() *netx.Lease {
		if len(held) == 0 {
			return nil
		}
		i := rnd.IntN(len(held))
		lease := held[i]
		held = slices.Delete(held, i, i+1)
		return lease
	}
	addresses := []string{"a", "b", "slow", "slow 2", "refuse"}
	get := func() {
		d := l.p.Get(addresses[rnd.IntN(len(addresses))])
		d.Tap(func(lease *netx.Lease) { held = append(held, lease) })
		asked, outcomes = append(asked, d), append(outcomes, watch(d))
	}
	steps := []func(){
		get, get, get,
		func() {
			if lease := take(); lease != nil {
				lease.Release()
			}
		},
		func() {
			if lease := take(); lease != nil {
				lease.Discard()
			}
		},
		func() {
			if len(asked) > 0 {
				asked[rnd.IntN(len(asked))].Cancel()
			}
		},
		func() {
			if len(l.slow) > 0 {
				i := rnd.IntN(len(l.slow))
				l.slow[i]([]error{nil, nil, errRefused}[rnd.IntN(3)])
				l.slow = slices.Delete(l.slow, i, i+1)
			}
		},
		func() {
			if len(l.servers) > 0 {
				l.servers[rnd.IntN(len(l.servers))].conn.Close()
			}
		},
		func() { l.clock.Advance(0) },
		func() { l.clock.Advance(time.Duration(rnd.IntN(2000)) * time.Millisecond) },
	}
	for range 80 {
		steps[rnd.IntN(len(steps))]()
		s := l.p.Stats()
		open := 0
		for _, c := range l.clients {
			if c.conn != nil && !c.lost() {
				open++
			}
		}
		if cfg.MaxTotal > 0 && (s.Total > cfg.MaxTotal || open > cfg.MaxTotal) || open > s.Total {
			t.Errorf("seed %d: %d connections of %d, %+v", seed, open, cfg.MaxTotal, s)
		}
		if s.Waiting > 0 && s.Total == 0 {
			t.Errorf("seed %d: they wait for nothing: %+v", seed, s)
		}
	}
	closed := watch(l.p.Close())
	for _, lease := range held {
		lease.Release()
	}
	l.clock.Advance(time.Minute)
	if !closed.fired {
		t.Errorf("seed %d: Close has not ended: %+v", seed, l.p.Stats())
	}
	for i, o := range outcomes {
		if !o.fired {
			t.Errorf("seed %d: Get %d has not fired", seed, i)
		}
	}
	l.end()
}
