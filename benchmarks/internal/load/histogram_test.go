package load_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/spindle-go/spindle/benchmarks/internal/load"
)

// within is the width of a bucket.
const within = 1.0 / 1024

// distributions are shapes that latencies have, and some that they do not have.
func distributions(r *rand.Rand) map[string]func() int64 {
	return map[string]func() int64{
		"small":      func() int64 { return r.Int64N(3000) },
		"uniform":    func() int64 { return r.Int64N(1e9) },
		"lognormal":  func() int64 { return int64(math.Exp(r.NormFloat64()*2 + 11)) },
		"two humps":  func() int64 { return []int64{5000, 200_000_000}[r.IntN(2)] + r.Int64N(1000) },
		"constant":   func() int64 { return 123_456_789 },
		"any length": func() int64 { return r.Int64() >> (24 + r.IntN(40)) },
		"edges":      func() int64 { return 1<<r.IntN(40) - int64(r.IntN(2)) },
	}
}

// checkPercentiles compares a histogram with the sorted samples.
func checkPercentiles(t *testing.T, h *load.Histogram, samples []int64) {
	t.Helper()
	slices.Sort(samples)
	if h.Count() != int64(len(samples)) || h.Max() != samples[len(samples)-1] {
		t.Errorf("%d samples up to %d are %d up to %d", len(samples), samples[len(samples)-1], h.Count(), h.Max())
	}
	for _, p := range []float64{0, 0.1, 1, 25, 50, 75, 90, 99, 99.9, 99.99, 100} {
		rank := max(int(math.Ceil(p/100*float64(len(samples))-1e-6)), 1)
		want := samples[rank-1]
		got := h.Percentile(p)
		if got < want || float64(got) > float64(want)*(1+within) {
			t.Errorf("percentile %v of %d samples is %d instead of %d", p, len(samples), got, want)
		}
	}
}

func TestPercentiles(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	for name, draw := range distributions(r) {
		t.Run(name, func(t *testing.T) {
			for _, n := range []int{1, 2, 10, 999, 1000, 20_000} {
				var h load.Histogram
				samples := make([]int64, n)
				for i := range samples {
					samples[i] = draw()
					h.Add(samples[i])
				}
				checkPercentiles(t, &h, samples)
				if t.Failed() {
					t.Fatalf("with the seed %d", seed)
				}
			}
		})
	}
}

func TestMerge(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var whole load.Histogram
	var samples []int64
	for range 5 {
		var part load.Histogram
		for range 500 {
			v := r.Int64N(1 << (10 + r.IntN(25)))
			part.Add(v)
			samples = append(samples, v)
		}
		whole.Merge(&part)
	}
	checkPercentiles(t, &whole, samples)
}

func TestHistogramLimits(t *testing.T) {
	var h load.Histogram
	if h.Percentile(50) != 0 || h.Max() != 0 || len(h.Steps()) != 0 {
		t.Error("an empty histogram is not empty")
	}
	h.Add(-5)
	if h.Count() != 1 || h.Percentile(100) != 0 {
		t.Errorf("a negative duration counts as %d", h.Percentile(100))
	}
	h.Add(math.MaxInt64)
	if h.Max() != math.MaxInt64 || h.Percentile(100) != math.MaxInt64 {
		t.Errorf("a very long duration counts as %d", h.Percentile(100))
	}
}

func TestSteps(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var h load.Histogram
	for range 10_000 {
		h.Add(r.Int64N(1 << (1 + r.IntN(35))))
	}
	sum, last := 0.0, -1.0
	for _, step := range h.Steps() {
		if step[0] <= last || step[1] <= 0 {
			t.Fatalf("%v comes after %v", step, last)
		}
		last = step[0]
		sum += step[1]
	}
	if sum != 10_000 || last != float64(h.Max())/1000 {
		t.Errorf("%v samples up to %v, instead of 10000 up to %v", sum, last, float64(h.Max())/1000)
	}
}

func TestAddDoesNotAllocate(t *testing.T) {
	var h load.Histogram
	if n := testing.AllocsPerRun(100, func() { h.Add(12345) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
