package timeout_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/timeout"
)

// waitsOf is how long a Retry waits after each of so many failed attempts.
func waitsOf(t testing.TB, p timeout.Policy, attempts int) []time.Duration {
	t.Helper()
	p.Attempts = attempts
	clock := &waitingClock{tidyClock: newTidyClock(t)}
	timeout.Retry(clock, p, func(int) answer { return deferred.Fail[int](errTest) }).
		AddErrback(ignore)
	for clock.RunNext() {
	}
	return clock.waits
}

// waitingClock writes down what it is asked for.
type waitingClock struct {
	tidyClock
	waits []time.Duration
}

func (c *waitingClock) AfterFunc(d time.Duration, f func()) (stop func() bool) {
	c.waits = append(c.waits, d)
	return c.tidyClock.AfterFunc(d, f)
}

func TestPolicyWaits(t *testing.T) {
	const ms = time.Millisecond
	tests := []struct {
		name   string
		policy timeout.Policy
		want   []time.Duration
	}{
		{"zero", timeout.Policy{}, []time.Duration{
			100 * ms, 200 * ms, 400 * ms, 800 * ms, 1600 * ms, 3200 * ms, 6400 * ms, 12800 * ms, 25600 * ms, 30 * second, 30 * second,
		}},
		{"a base", timeout.Policy{Base: 3 * second}, []time.Duration{3 * second, 6 * second, 12 * second, 24 * second, 30 * second}},
		{"a base above the usual cap", timeout.Policy{Base: time.Hour}, []time.Duration{time.Hour, time.Hour}},
		{"a base above its cap", timeout.Policy{Base: time.Hour, Cap: second}, []time.Duration{second, second}},
		{"a factor", timeout.Policy{Base: 8, Factor: 1.5, Cap: 30}, []time.Duration{8, 12, 18, 27, 30, 30}},
		{"no growth", timeout.Policy{Factor: 1}, []time.Duration{100 * ms, 100 * ms, 100 * ms}},
		{
			"the largest of all",
			timeout.Policy{Base: 1 << 61, Cap: math.MaxInt64, Factor: math.MaxFloat64},
			[]time.Duration{1 << 61, math.MaxInt64, math.MaxInt64},
		},
		{"the smallest of all", timeout.Policy{Base: 1, Cap: 1}, []time.Duration{1, 1, 1}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.policy.Jitter = longest
			if got := waitsOf(t, test.policy, len(test.want)+1); !slices.Equal(got, test.want) {
				t.Errorf("waits %v, want %v", got, test.want)
			}
		})
	}
}

// TestPolicyFullJitter compares the waits with the rule as it is written in
// Policy, on the same source.
func TestPolicyFullJitter(t *testing.T) {
	const waits = 20
	seeded := func() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }
	p := timeout.Policy{Base: second, Cap: time.Minute, Factor: 1.7}
	p.Jitter = seeded().Float64
	got := waitsOf(t, p, waits+1)
	random := seeded()
	for i, wait := range got {
		most := math.Min(float64(p.Cap), float64(p.Base)*math.Pow(p.Factor, float64(i)))
		want := time.Duration(random.Float64() * most)
		if d := wait - want; d < -100 || d > 100 {
			t.Errorf("wait %d is %v, want %v", i, wait, want)
		}
	}
	if len(got) != waits {
		t.Errorf("%d waits, want %d", len(got), waits)
	}
	p.Jitter = seeded().Float64
	if again := waitsOf(t, p, waits+1); !slices.Equal(again, got) {
		t.Errorf("the same seed gives %v and %v", got, again)
	}
	p.Jitter = nil
	if other := waitsOf(t, p, waits+1); slices.Equal(other, got) {
		t.Errorf("no seed gives the waits of one: %v", other)
	}
}

// FuzzPolicy tries what policies there are: a wait is never negative, nor above
// the ceiling, and the ceiling never goes down.
func FuzzPolicy(f *testing.F) {
	f.Add(int64(0), int64(0), 0.0, 0.5)
	f.Add(int64(math.MaxInt64), int64(math.MaxInt64), math.MaxFloat64, 1.0)
	f.Add(int64(1), int64(math.MaxInt64), 1.0000001, 0.9999999999999999)
	f.Fuzz(func(t *testing.T, base, most int64, factor, place float64) {
		p := timeout.Policy{Base: time.Duration(base), Cap: time.Duration(most), Factor: factor}
		if base < 0 || most < 0 || !(factor == 0 || factor >= 1) || math.IsInf(factor, 0) || !(place >= 0 && place <= 1) {
			t.Skip("refused")
		}
		const attempts = 12
		p.Jitter = longest
		ceilings := waitsOf(t, p, attempts)
		p.Jitter = func() float64 { return place }
		waits := waitsOf(t, p, attempts)
		if len(waits) != attempts-1 || len(ceilings) != attempts-1 || !slices.IsSorted(ceilings) {
			t.Fatalf("waits %v below %v", waits, ceilings)
		}
		for i, wait := range waits {
			if wait < 0 || wait > ceilings[i] || p.Cap > 0 && ceilings[i] > p.Cap {
				t.Fatalf("waits %v below %v", waits, ceilings)
			}
		}
	})
}

func TestPolicyRefuses(t *testing.T) {
	tests := []struct {
		name, text string
		policy     timeout.Policy
	}{
		{"Base", "Base of a Policy has to be zero or more, got -1ns", timeout.Policy{Base: -1}},
		{"Cap", "Cap of a Policy has to be zero or more, got -1ns", timeout.Policy{Cap: -1}},
		{"Deadline", "Deadline of a Policy has to be zero or more, got -1ns", timeout.Policy{Deadline: -1}},
		{"a small Factor", "got 0.5", timeout.Policy{Factor: 0.5}},
		{"a negative Factor", "got -2", timeout.Policy{Factor: -2}},
		{"no Factor", "got NaN", timeout.Policy{Factor: math.NaN()}},
		{"an endless Factor", "got +Inf", timeout.Policy{Factor: math.Inf(1)}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			clock := newTidyClock(t)
			wantPanic(t, test.text, func() {
				timeout.Retry(clock, test.policy, func(int) answer { return deferred.Succeed(1) })
			})
		})
	}
}

// TestPolicyJitterOutOfRange gives up at once, and says so.
func TestPolicyJitterOutOfRange(t *testing.T) {
	for _, place := range []float64{-0.001, 1.001, math.NaN(), math.Inf(1), math.Inf(-1)} {
		a := newAttempts(t, failing)
		d := timeout.Retry(a, timeout.Policy{Jitter: func() float64 { return place }}, a.call)
		wantPanicked(t, d, "the Jitter of a Policy has to answer from 0 to 1")
		a.wantAt(0)
	}
}
