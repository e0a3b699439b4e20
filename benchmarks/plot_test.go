package main

import (
	"math"
	"slices"
	"testing"
)

func TestAxis(t *testing.T) {
	linear := axis{least: 0, greatest: 10, from: 100, to: 200}
	logarithmic := axis{least: 1, greatest: 100, from: 200, to: 100, log: true}
	for _, test := range []struct {
		name    string
		axis    axis
		x, want float64
	}{
		{"start", linear, 0, 100}, {"end", linear, 10, 200}, {"between", linear, 2.5, 125},
		{"logarithmic start", logarithmic, 1, 200}, {"logarithmic middle", logarithmic, 10, 150},
		{"one number", axis{least: 5, greatest: 5, from: 0, to: 10}, 5, 5},
	} {
		if got := test.axis.at(test.x); math.Abs(got-test.want) > 1e-9 {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
	}
}

func TestLogTicks(t *testing.T) {
	for _, test := range []struct {
		least, greatest float64
		want            []float64
	}{
		{9, 11_000, []float64{10, 100, 1000, 10_000}},
		{9, 110, []float64{10, 20, 50, 100}},
		{45, 85, []float64{50, 70}},
	} {
		got := axis{least: test.least, greatest: test.greatest, log: true}.logTicks()
		if len(test.want) < 3 {
			test.want = []float64{test.least, test.greatest}
		}
		if !slices.EqualFunc(got, test.want, func(a, b float64) bool { return math.Abs(a-b) < 1e-9*b }) {
			t.Errorf("%v to %v: got %v, want %v", test.least, test.greatest, got, test.want)
		}
	}
}

func TestShort(t *testing.T) {
	for x, want := range map[float64]string{
		0: "0", 1: "1", 1.5: "1.5", 12.34: "12.3", 999: "999", 1000: "1 k", 1234: "1.23 k", 999_999: "1 M",
		10_000: "10 k", 185_000: "185 k", 2_500_000: "2.5 M", 3e9: "3 G", 0.05: "0.05",
	} {
		if got := short(x); got != want {
			t.Errorf("%v: got %q, want %q", x, got, want)
		}
	}
}

func TestSpread(t *testing.T) {
	for _, test := range []struct {
		name         string
		places, want []float64
	}{
		{"apart", []float64{50, 100}, []float64{50, 100}},
		{"together", []float64{100, 100, 99}, []float64{113, 127, 99}},
		{"at the bottom", []float64{lineBottom, lineBottom}, []float64{lineBottom - lineHeight, lineBottom}},
		{"none", nil, nil},
	} {
		spread(test.places)
		if !slices.Equal(test.places, test.want) {
			t.Errorf("%s: got %v, want %v", test.name, test.places, test.want)
		}
	}
}

func TestStylesExist(t *testing.T) {
	if got := len(dashes()); got != styles {
		t.Errorf("%d patterns for %d styles", got, styles)
	}
	for _, c := range append(contenders(), contender{name: "unknown"}) {
		look := styleOf(c.name)
		if look < 0 || look >= styles || (look == 0) != (c.name == ours) {
			t.Errorf("%s looks like %d", c.name, look)
		}
	}
}

func TestNines(t *testing.T) {
	for percent, want := range map[float64]float64{0: 0, 90: 1, 99: 2, 99.9: 3} {
		if got := nines(percent); math.Abs(got-want) > 1e-9 {
			t.Errorf("%v: got %v, want %v", percent, got, want)
		}
	}
}
