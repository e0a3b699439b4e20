package netx_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/netx"
)

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
