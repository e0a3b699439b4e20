package netx_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/spindle-go/spindle/netx"
)

// burst is how many entries there are at a time in the tests of what is left of them.
const burst = 10_000

// someBurst is more connections than the lists of them keep room for.
const someBurst = netx.SmallestPeak + netx.SmallestPeak/2

// taken returns how many bytes of heap f leaves behind.
func taken(f func()) int {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.GC() // what the first one finalised
	runtime.ReadMemStats(&before)
	f()
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&after)
	return int(after.HeapAlloc) - int(before.HeapAlloc)
}

func TestShrinkingMapGivesMemoryBack(t *testing.T) {
	for name, left := range map[string]int{"nothing is left": 0, "some are left": 100} {
		t.Run(name, func(t *testing.T) {
			var m netx.ShrinkingMap[int, int]
			full := taken(func() {
				for i := range burst {
					m.Set(i, i)
				}
			})
			after := full + taken(func() {
				for i := range burst - left {
					m.Remove(i)
				}
			})
			t.Logf("%d entries took %d bytes, and left %d", burst, full, after)
			if full < 16*burst {
				t.Errorf("%d entries took %d bytes only, which tests nothing", burst, full)
			}
			if most := full / 8; after > most {
				t.Errorf("%d bytes are left, more than %d", after, most)
			}
			if len(m.Entries()) != left || left > 0 && m.Entries()[burst-1] != burst-1 {
				t.Errorf("%d entries are left, not %d", len(m.Entries()), left)
			}
			runtime.KeepAlive(&m)
		})
	}
}

// TestShrinkingMapModel plays with one beside a map of Go.
func TestShrinkingMapModel(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 1))
		var m netx.ShrinkingMap[int, int]
		model := map[int]int{}
		for step := range 5000 {
			k := r.IntN(2000)
			if r.IntN(4000) > step { // from many to few
				v := r.Int()
				m.Set(k, v)
				model[k] = v
			} else {
				for k := range k {
					m.Remove(k)
					delete(model, k)
				}
			}
			if room := max(netx.SmallestPeak, 4*len(model)+3); m.Peak() > room {
				t.Fatalf("seed %d, step %d: %d entries have room for %d", seed, step, len(model), m.Peak())
			}
			if step%20 == 0 && !maps.Equal(m.Entries(), model) {
				t.Fatalf("seed %d, step %d: %v, not %v", seed, step, m.Entries(), model)
			}
		}
	}
}

// TestShrinkingMapAllocs makes sure that numbers which go up and down do not have the
// map made anew each time, in the steady state or just after it has shrunk.
func TestShrinkingMapAllocs(t *testing.T) {
	for name, peak := range map[string]int{"as many as ever": 2500, "as few as it takes": burst} {
		t.Run(name, func(t *testing.T) {
			var m netx.ShrinkingMap[int, int]
			for i := range peak {
				m.Set(i, i)
			}
			for i := 2500; i < peak; i++ {
				m.Remove(i)
			}
			if m.Peak() != 2500 {
				t.Fatalf("it has room for %d, not 2500", m.Peak())
			}
			if got := testing.AllocsPerRun(5000, func() {
				for i := range 3 {
					m.Remove(i)
				}
				for i := range 3 {
					m.Set(i, i)
				}
			}); got != 0 {
				t.Errorf("%v allocations for three removes and sets", got)
			}
		})
	}
}

func TestShrinkingMapKeepsSmall(t *testing.T) {
	var m netx.ShrinkingMap[int, int]
	m.Remove(1) // of nothing
	if got := testing.AllocsPerRun(100, func() {
		for i := range netx.SmallestPeak {
			m.Set(i, i)
		}
		for i := range netx.SmallestPeak {
			m.Remove(i)
		}
	}); got != 0 {
		t.Errorf("%v allocations for %d entries that come and go", got, netx.SmallestPeak)
	}
}

func TestBurstOfAddressesLeavesNoRoom(t *testing.T) {
	l := newPoolLab(t, netx.PoolConfig{})
	var leases []*netx.Lease
	for i := range someBurst {
		leases = append(leases, l.got(fmt.Sprint("x", i)))
	}
	if room := netx.AddressPeak(l.p); room != someBurst {
		t.Errorf("room for %d, not %d, which tests nothing", room, someBurst)
	}
	for _, lease := range leases {
		lease.Discard()
	}
	l.clock.Advance(0)
	l.want("all gone", netx.PoolStats{})
	if room := netx.AddressPeak(l.p); room > netx.SmallestPeak {
		t.Errorf("room for %d is left", room)
	}
	l.end()
}
