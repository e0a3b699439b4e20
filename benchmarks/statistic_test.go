package main

import (
	"math"
	"testing"
)

func TestMedian(t *testing.T) {
	for _, test := range []struct {
		name string
		xs   []float64
		want float64
	}{
		{"one", []float64{3}, 3},
		{"odd", []float64{9, 1, 5}, 5},
		{"even", []float64{9, 1, 5, 7}, 6},
	} {
		if got := median(test.xs); got != test.want {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
	}
	if got := median(nil); !math.IsNaN(got) {
		t.Errorf("none: got %v", got)
	}
}

// TestRatiosAreOfTheSameRound has a machine that is ten times slower in one
// round, which the ratio must not show.
func TestRatiosAreOfTheSameRound(t *testing.T) {
	own := series{0: 10, 1: 110, 2: 12, 3: 7}
	base := series{0: 20, 1: 200, 2: 20, 4: 5}
	ratios := own.to(base)
	if len(ratios) != 3 || ratios.median() != 0.55 {
		t.Errorf("got %v with the median %v", ratios, ratios.median())
	}
	if least, greatest := ratios.spread(); least != 0.5 || greatest != 0.6 {
		t.Errorf("from %v to %v", least, greatest)
	}
	if none := own.to(series{0: 0}); len(none) != 0 {
		t.Errorf("a ratio to nothing is %v", none)
	}
	if least, greatest := (series{}).spread(); !math.IsNaN(least) || !math.IsNaN(greatest) {
		t.Errorf("the spread of nothing is %v to %v", least, greatest)
	}
}

func TestExponent(t *testing.T) {
	sizes := []float64{10, 100, 1000, 10_000}
	for _, want := range []float64{0, 1, 1.5, 2} {
		costs := make([]float64, len(sizes))
		for i, n := range sizes {
			costs[i] = 7 * math.Pow(n, want)
		}
		if got := exponent(sizes, costs); math.Abs(got-want) > 1e-9 {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	if got := exponent(sizes[:1], sizes[:1]); !math.IsNaN(got) {
		t.Errorf("the slope of one point is %v", got)
	}
}
