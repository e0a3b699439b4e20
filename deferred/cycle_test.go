package deferred_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// way is a way to wait: by an answer of a callback, or by one of a function given
// to Then, which makes a Deferred of its own. It makes start wait, once that
// fires, for what inner names then, and returns the Deferred that does so.
type way struct {
	name string
	wait func(start *number, inner func() *number) *number
}

func ways() []way {
	return []way{
		{"Chain", func(start *number, inner func() *number) *number {
			return start.AddCallback(func(int) (int, error) { return inner().Chain() })
		}},
		{"Then", func(start *number, inner func() *number) *number {
			return deferred.Then(start, func(int) (int, error) { return inner().Chain() })
		}},
		{"ThenBoth", func(start *number, inner func() *number) *number {
			return deferred.ThenBoth(start, func(int, error) (int, error) { return inner().Chain() })
		}},
		{"an errback", func(start *number, inner func() *number) *number {
			return start.AddCallback(func(int) (int, error) { return 0, errNo }).
				AddErrback(func(*failure.Failure) (int, error) { return inner().Chain() })
		}},
	}
}

// TestCycles closes cycles of several lengths. The one that closes it fails at
// the time of waiting, and all the others with it.
func TestCycles(t *testing.T) {
	kinds := map[string][]way{"mixed": ways()}
	for _, w := range ways() {
		kinds[w.name] = []way{w}
	}
	for kind, ways := range kinds {
		for _, length := range []int{1, 2, 3, 4, 5, 17, 300} {
			for name, order := range orders(length) {
				t.Run(fmt.Sprintf("%s/%d/%s", kind, length, name), func(t *testing.T) {
					closeCycle(t, ways, order)
				})
			}
		}
	}
}

// orders are the orders in which n Deferreds may begin to wait.
func orders(n int) map[string][]int {
	ascending := make([]int, n)
	for i := range ascending {
		ascending[i] = i
	}
	descending := slices.Clone(ascending)
	slices.Reverse(descending)
	return map[string][]int{
		"ascending":  ascending,
		"descending": descending,
		"random":     rand.New(rand.NewPCG(1, uint64(n))).Perm(n),
	}
}

// closeCycle makes each of a ring wait for the next, in the order given.
func closeCycle(t *testing.T, ways []way, order []int) {
	silenceUnhandled(t)
	n := len(order)
	starts, ends := make([]*number, n), make([]*number, n)
	failed := 0
	for i := range n {
		starts[i] = newNumber()
		ends[i] = ways[i%len(ways)].wait(starts[i], func() *number { return ends[(i+1)%n] })
		ends[i].AddBoth(func(v int, err error) (int, error) {
			if !errors.Is(err, deferred.ErrChainCycle) {
				t.Errorf("number %d goes on with %v, %v", i, v, err)
			}
			failed++
			return v, err
		})
	}
	for _, i := range order[:n-1] {
		_ = starts[i].Callback(0)
	}
	if failed > 0 {
		t.Fatalf("%d have failed before the cycle was closed", failed)
	}
	_ = starts[order[n-1]].Callback(0)
	if failed != n {
		t.Errorf("%d of %d have failed", failed, n)
	}
}

// TestNoCycle is about what looks like a cycle and is none.
func TestNoCycle(t *testing.T) {
	play(t, []scenario{
		{"waiting for one's own source again", "!already_chained_to_another_Deferred", func(s *script) {
			d := newNumber()
			out := deferred.Then(d, func(int) (int, error) { return d.Chain() })
			_ = d.Callback(1)
			s.err(failureOf(s.t, out))
		}},
		{"two that wait for one another, one after the other", "b:1 a:6", func(s *script) {
			a, b := newNumber(), newNumber()
			b.AddBoth(s.see("b"))
			b.AddCallback(func(int) (int, error) { return a.Chain() })
			_ = b.Callback(1)
			_ = a.Callback(5)
			// b has the 5 of a; a has been left with the zero value.
			a.AddCallback(func(int) (int, error) { return deferred.Then(b, increment).Chain() })
			a.AddBoth(s.see("a"))
		}},
		{"a consumer that has its result is not in the way", "a:7", func(s *script) {
			a, b := newNumber(), newNumber()
			deferred.Then(a, increment)
			_ = a.Callback(1)
			a.AddCallback(func(int) (int, error) { return b.Chain() }).AddBoth(s.see("a"))
			_ = b.Callback(7)
		}},
	})
}

// TestCycleSearchIsCheap makes one Deferred wait again and again, with a consumer
// at the end of its long list. The search for a cycle must not go through that
// list each time: that would be 10^10 steps.
func TestCycleSearchIsCheap(t *testing.T) {
	const n = 100_000
	d := newNumber()
	pending := make([]*number, n)
	for i := range n {
		pending[i] = newNumber()
		d.AddCallback(func(int) (int, error) { return deferred.Then(pending[i], increment).Chain() })
	}
	out := deferred.Then(d, increment)
	_ = d.Callback(0)
	for i, p := range pending {
		_ = p.Callback(i)
	}
	if got := valueOf(t, out); got != n+1 {
		t.Errorf("value %d, want %d", got, n+1)
	}
}
