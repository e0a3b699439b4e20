package netx_test

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/timeout"
)

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

// TestPoolChecksAtGet has a protocol that closes its connection while nobody uses it,
// and somebody who wants it before it has ended.
func TestPoolChecksAtGet(t *testing.T) {
	l := newPoolLab(t, netx.PoolConfig{})
	l.got("x").Release()
	l.clients[0].conn.Close()
	if lease := l.got("x"); lease.Conn() == l.clients[0].conn {
		t.Error("a connection that is being closed was lent")
	} else {
		lease.Release()
	}
	l.end()
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
	t.Run("fail with a connection", func(t *testing.T) {
		l := newPoolLab(t, netx.PoolConfig{MaxTotal: 1})
		first, second := l.get("broken"), l.get("x")
		if !errors.Is(first.err, errRefused) || second.fired {
			t.Errorf("%+v, %+v", first, second)
		}
		l.clock.Advance(0)
		if second.v == nil || l.clients[0].story() != "made, lost: done" {
			t.Errorf("%+v, %s", second, l.clients[0].story())
		}
		second.v.Release()
		l.end()
	})
	t.Run("lose the connection at once", func(t *testing.T) {
		l := newPoolLab(t, netx.PoolConfig{})
		o := l.get("late")
		l.servers[0].conn.Abort()
		l.clock.Advance(0)
		l.slow[0](nil)
		if !errors.Is(o.err, netx.ErrConnectionLost) {
			t.Errorf("%+v", o)
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
