package netx_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/netx"
)

// TestServiceRandomly plays random programs, and checks what must hold whatever
// happens: one connection at a time, and in the end nothing that is left.
func TestServiceRandomly(t *testing.T) {
	for seed := range uint64(300) {
		playService(t, rand.New(rand.NewPCG(seed, 1)), seed)
		if t.Failed() {
			return
		}
	}
}

func playService(t *testing.T, rnd *rand.Rand, seed uint64) {
	t.Helper()
	in := &login{}
	l := newServiceLab(t, netx.ServiceConfig{Prepare: func(p netx.Protocol) *deferred.Deferred[struct{}] {
		if rnd.IntN(2) == 0 {
			return nil
		}
		return in.prepare(p)
	}})
	for range 200 {
		l.script = append(l.script, []string{"ok", "ok", "refuse", "hang"}[rnd.IntN(4)])
	}
	var waiters []*outcome[netx.Protocol]
	var waiting []*deferred.Deferred[netx.Protocol]
	var stops []*outcome[struct{}]
	steps := []func(){
		l.s.Start,
		l.s.Start,
		func() { stops = append(stops, watch(l.s.Stop())) },
		func() {
			d := l.s.WhenConnected(rnd.IntN(3))
			waiting, waiters = append(waiting, d), append(waiters, watch(d))
		},
		func() {
			if len(waiting) > 0 {
				waiting[rnd.IntN(len(waiting))].Cancel()
			}
		},
		func() {
			if len(l.servers) > 0 {
				l.servers[len(l.servers)-1].conn.Close()
			}
		},
		func() {
			if len(l.clients) > 0 {
				l.last().conn.Abort()
			}
		},
		func() {
			if len(in.ds) > 0 {
				_ = in.ds[len(in.ds)-1].Callback(struct{}{})
			}
		},
		func() {
			if len(in.ds) > 0 {
				_ = in.ds[len(in.ds)-1].Errback(errRefused)
			}
		},
		func() { l.clock.Advance(0) },
		func() { l.clock.Advance(time.Duration(rnd.IntN(5000)) * time.Millisecond) },
	}
	for range 60 {
		steps[rnd.IntN(len(steps))]()
		open := 0
		for _, c := range l.clients {
			if c.conn != nil && !c.lost() && !c.conn.Closed() {
				open++
			}
		}
		if open > 1 {
			t.Errorf("seed %d: %d connections at a time", seed, open)
		}
	}
	stops = append(stops, watch(l.s.Stop()))
	l.clock.Advance(time.Minute)
	for i, s := range stops {
		if !s.fired {
			t.Errorf("seed %d: Stop %d of %d has not fired", seed, i, len(stops))
		}
	}
	for i, w := range waiters {
		if !w.fired {
			t.Errorf("seed %d: waiter %d has not fired", seed, i)
		}
	}
	for i, c := range l.clients {
		if !c.lost() {
			t.Errorf("seed %d: connection %d is left", seed, i)
		}
	}
	l.want(l.attempts(), 0)
}
