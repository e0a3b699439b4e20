package main

import (
	"math"
	"testing"
)

func TestJudge(t *testing.T) {
	r := example()
	one := []string{"deferred/one-callback"}
	echo := []string{"echo/c=100,s=64,d=1"}
	for _, test := range []struct {
		name string
		goal goal
		word string
		is   string
	}{
		{"at most, reached", goal{rows: one, yard: []string{"node"}, bound: 1}, "reached", "0.36 of Node"},
		{"at most, at the bound", goal{rows: one, yard: []string{"floor"}, bound: 2}, "reached", "2.0 of the floor"},
		{"at most, not reached", goal{rows: one, yard: []string{"floor"}, bound: 1.9}, "not reached", "2.0 of the floor"},
		{"the best of several", goal{rows: one, yard: []string{"samber-mo", "go-promise", "conc"}, bound: 0.1}, "not reached", "0.13 of go-promise"},
		{"so near that digits are needed", goal{rows: one, yard: []string{"go-promise"}, bound: 0.1331}, "not reached", "0.1333 of go-promise"},
		{"at least, reached", goal{rows: echo, yard: []string{"gonet"}, more: true, bound: 1.1}, "reached", "1.20 of Go net"},
		{"at least, not reached", goal{rows: echo, yard: []string{"c"}, more: true, bound: 0.96}, "not reached", "0.95 of C, epoll"},
		{"the best of several, more is better", goal{rows: echo, yard: []string{"gonet", "c"}, more: true, bound: 0.9}, "reached", "0.95 of C, epoll"},
		{"another quantity", goal{rows: echo, key: "p99-us", yard: []string{"gonet"}, bound: 1}, "reached", "0.77 of Go net"},
		{"a number", goal{rows: one, key: "allocs/op", bound: 1}, "reached", "1"},
		{"another row's yardstick", goal{rows: one, yard: []string{"channel"}, row: "threads/round-trip", bound: 0.1}, "not reached", "0.16 of channel"},
		{"the last row that was measured", goal{rows: []string{"gather/n=10", "gather/n=1000", "gather/n=10000"}, yard: []string{"waitgroup"}, bound: 0.5}, "reached", "0.20 of WaitGroup"},
		{"no yardstick", goal{rows: one, yard: []string{"java"}, bound: 1}, "not measured", "no yardstick here: Java"},
		{"no yardsticks", goal{rows: one, yard: []string{"conc", "ants"}, bound: 1}, "not measured", "no yardstick here: conc or the like"},
		{"no row", goal{rows: []string{"await/pending"}, yard: []string{"channel"}, bound: 1}, "not measured", "the row was not measured"},
		{"a slope", goal{rows: []string{"gather/n=10", "gather/n=1000"}, slope: true, bound: 1.2}, "reached", "1.00"},
		{"a slope of memory", goal{rows: []string{"idle/heap/n=1000", "idle/heap/n=10000"}, slope: true, bound: 1.2}, "reached", "0.70"},
		{"a slope of another quantity, by connections", goal{rows: []string{echo[0], "echo/c=1000,s=64,d=1"}, key: "cpu-ns/req", slope: true, bound: 0.1}, "not reached", "0.15"},
		{"what is left", goal{rows: []string{"idle/left"}, yard: []string{"gonet"}, bound: 1}, "reached", "0.35 of Go net"},
		{"a slope of one size", goal{rows: []string{"gather/n=10", "gather/n=100"}, slope: true, bound: 1.2}, "not measured", "fewer than two sizes were measured"},
	} {
		t.Run(test.name, func(t *testing.T) {
			v := r.judgeOne(test.goal)
			if v.word() != test.word || v.is() != test.is {
				t.Errorf("got %s, %q, want %s, %q", v.word(), v.is(), test.word, test.is)
			}
		})
	}
}

func TestUnmeasuredIsNotReached(t *testing.T) {
	for _, more := range []bool{false, true} {
		if v := (verdict{goal: goal{more: more, bound: 1}, got: math.NaN()}); v.reached() {
			t.Errorf("more %v: nothing is enough", more)
		}
	}
}

func TestWanted(t *testing.T) {
	for want, g := range map[string]goal{
		"at least 0.92": {yard: []string{"c"}, more: true, bound: 0.92},
		"at most 0.50":  {yard: []string{"c"}, bound: 0.5},
		"at most 512":   {bound: 512},
		"at most 1.20":  {slope: true, bound: 1.2},
	} {
		if got := (verdict{goal: g}).wanted(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestAtBest has rounds of which the noise took another part each, and a row whose
// slices are known.
func TestAtBest(t *testing.T) {
	r := &results{}
	for round, x := range []struct{ ours, yard float64 }{{30, 40}, {20, 10}, {45, 30}} {
		for who, v := range map[string]float64{ours: x.ours, "node": x.yard} {
			r.Samples = append(r.Samples, sample{Round: round, Subject: "deferred", Row: "one-callback", Contender: who, Values: values{"ns/op": v}})
		}
	}
	for who, v := range map[string]float64{ours: 500, "channel": 200} {
		r.Samples = append(r.Samples, sample{Subject: "threads", Row: "round-trip", Contender: who, Values: values{"ns/op": v, "best-ns/op": v - 100}})
	}
	// Java failed after the first round, and had nothing to show in the second.
	for round, v := range []float64{20, 0} {
		r.Samples = append(r.Samples, sample{Round: round, Subject: "deferred", Row: "one-callback", Contender: "java", Values: values{"ns/op": v}})
	}
	rows := []string{"deferred/one-callback"}
	for _, test := range []struct {
		name     string
		goal     goal
		is, best string
	}{
		{"less is better", goal{rows: rows, yard: []string{"node"}, bound: 1}, "1.50 of Node", "2.0 at best"},
		{"more is better", goal{rows: rows, yard: []string{"node"}, more: true, bound: 1}, "1.50 of Node", "1.12 at best"},
		{"in slices", goal{rows: []string{"threads/round-trip"}, yard: []string{"channel"}, bound: 3}, "2.5 of channel", "4.0 at best"},
		{"in rounds, against slices of another row", goal{rows: rows, row: "threads/round-trip", yard: []string{"channel"}, bound: 3}, "0.15 of channel", "0.30 at best"},
		{"without a yardstick", goal{rows: rows, bound: 1}, "30", ""},
		{"a yardstick that is not there", goal{rows: rows, yard: []string{"twisted"}, bound: 1}, "no yardstick here: Twisted", ""},
		{"a yardstick of fewer rounds", goal{rows: rows, yard: []string{"java"}, bound: 1}, "1.50 of Java", "1.50 at best"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if v := r.judgeOne(test.goal); v.is() != test.is || v.atBest() != test.best {
				t.Errorf("got %q, %q, want %q, %q", v.is(), v.atBest(), test.is, test.best)
			}
		})
	}
}
