package netx_test

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/spindle-go/spindle/netx"
)

// rosterOf returns one of the numbers below n.
func rosterOf(n int) *netx.Roster[int] {
	r := &netx.Roster[int]{}
	for i := range n {
		r.Add(i)
	}
	return r
}

func TestRosterWhileItChanges(t *testing.T) {
	const n = 1000 // so that it is made anew in the middle
	every := slices.Collect(rosterOf(n).All())
	if len(every) != n || !slices.IsSorted(every) {
		t.Fatalf("%d of %d, sorted: %v", len(every), n, slices.IsSorted(every))
	}
	for name, tt := range map[string]struct {
		at   func(r *netx.Roster[int], m int)
		want []int
		left int
	}{
		"nothing":             {func(*netx.Roster[int], int) {}, every, n},
		"each removes itself": {func(r *netx.Roster[int], m int) { r.Remove(m) }, every, 0},
		"each removes the next": {func(r *netx.Roster[int], m int) { r.Remove(m + 1) },
			slices.Collect(func(yield func(int) bool) {
				for i := 0; i < n && yield(i); i += 2 {
				}
			}), n / 2},
		"the first removes all others": {func(r *netx.Roster[int], m int) {
			for i := range n {
				if i != m {
					r.Remove(i)
				}
			}
		}, every[:1], 1},
		"each adds one":         {func(r *netx.Roster[int], m int) { r.Add(n + m) }, every, 2 * n},
		"each becomes the last": {func(r *netx.Roster[int], m int) { r.Add(m) }, every, n},
		"each makes the one at the end come anew": {func(r *netx.Roster[int], m int) {
			r.Remove(n - 1)
			r.Add(n - 1)
		}, every[:n-1], n},
	} {
		t.Run(name, func(t *testing.T) {
			r := rosterOf(n)
			var got []int
			for m := range r.All() {
				got = append(got, m)
				tt.at(r, m)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("it went through %d members %v, not through %d", len(got), got, len(tt.want))
			}
			if r.Len() != tt.left {
				t.Errorf("%d are left, not %d", r.Len(), tt.left)
			}
		})
	}
}

func TestRosterStops(t *testing.T) {
	for m := range rosterOf(10).All() {
		if m == 3 {
			break
		}
		if m > 3 {
			t.Error("it went on")
		}
	}
	for m := range new(netx.Roster[int]).All() {
		t.Errorf("%d is in an empty one", m)
	}
}

// TestRosterModel plays with one beside a list.
func TestRosterModel(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 2))
		var set netx.Roster[int]
		var model []int
		for step := range 2000 {
			m := r.IntN(500)
			if i := slices.Index(model, m); i >= 0 {
				model = slices.Delete(model, i, i+1)
			}
			if r.IntN(2000) > step {
				set.Add(m)
				model = append(model, m)
			} else {
				set.Remove(m)
			}
			if step%50 > 0 {
				continue
			}
			if got := slices.Collect(set.All()); !slices.Equal(got, model) || set.Len() != len(model) {
				t.Fatalf("seed %d, step %d: %v, not %v", seed, step, got, model)
			}
		}
	}
}

func TestRosterGivesMemoryBack(t *testing.T) {
	members := make([]*int, burst)
	for i := range members {
		members[i] = new(int)
	}
	var r netx.Roster[*int]
	full := taken(func() {
		for _, m := range members {
			r.Add(m)
		}
	})
	left := full + taken(func() {
		for _, m := range members {
			r.Remove(m)
		}
	})
	t.Logf("%d members took %d bytes, and left %d", burst, full, left)
	if full < 16*burst || full > 40*burst {
		t.Errorf("%d members took %d bytes", burst, full)
	}
	if left > full/8 {
		t.Errorf("%d bytes are left of %d", left, full)
	}
	runtime.KeepAlive(members)
	runtime.KeepAlive(&r)
}

// TestRosterAllocs has the oldest member go and a new one come, as the connections of
// a busy Port do.
func TestRosterAllocs(t *testing.T) {
	const n = 1000
	r := rosterOf(n)
	oldest := 0
	churn := func() {
		r.Remove(oldest)
		r.Add(oldest + n)
		oldest++
	}
	if got := testing.AllocsPerRun(10_000, churn); got != 0 {
		t.Errorf("%v allocations for one that goes and one that comes", got)
	}
	grown := taken(func() {
		for range 10 * burst {
			churn()
		}
	})
	if most := 64 << 10; grown > most { // which is twice what it has
		t.Errorf("it has grown by %d bytes, more than %d", grown, most)
	}
	runtime.KeepAlive(r)
}
