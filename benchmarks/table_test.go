package main

import (
	"bytes"
	"errors"
	"math"
	"testing"
)

func TestTable(t *testing.T) {
	var b bytes.Buffer
	r := example()
	if err := errors.Join(writeTable(&b, r), writeGoals(&b, r), writeNotes(&b, r)); err != nil {
		t.Fatal(err)
	}
	golden(t, "table.txt", b.String())
}

func TestNumber(t *testing.T) {
	for _, test := range []struct {
		x    float64
		want string
	}{
		{0, "0"}, {1, "1"}, {0.004, "0.00"}, {3.14159, "3.14"}, {42.42, "42.4"}, {418.4, "418"}, {1234, "1230"},
		{12345, "12 300"}, {999_999, "1 000 000"}, {1_234_567, "1 230 000"}, {-1234, "-1230"}, {math.NaN(), ""},
	} {
		if got := number(test.x); got != test.want {
			t.Errorf("%v: got %q, want %q", test.x, got, test.want)
		}
	}
}

func TestRatioText(t *testing.T) {
	for _, test := range []struct {
		x    float64
		want string
	}{{0.0123, "0.012"}, {0.123, "0.12"}, {1, "1.00"}, {2.345, "2.3"}, {12.3, "12"}, {math.NaN(), ""}} {
		if got := ratioText(test.x); got != test.want {
			t.Errorf("%v: got %q, want %q", test.x, got, test.want)
		}
	}
}

func TestGrouped(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1000", 10_000: "10 000", 100_000: "100 000", 1_000_000: "1 000 000", -10_000: "-10 000"} {
		if got := grouped(n); got != want {
			t.Errorf("%d: got %q, want %q", n, got, want)
		}
	}
}
