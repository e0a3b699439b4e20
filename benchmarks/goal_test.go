package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestGoalsNameRowsThatExist(t *testing.T) {
	titles := map[string]bool{}
	for _, g := range goals() {
		if titles[g.title] {
			t.Errorf("%s: there are two of that title", g.title)
		}
		titles[g.title] = true
		for _, path := range append(g.rows, g.row) {
			if _, ok := rowOf(path); !ok && path != "" {
				t.Errorf("%s: there is no row %s", g.title, path)
			}
		}
		for _, y := range g.yard {
			// gnet is asked for by the goals, and is not among the contenders.
			known := slices.ContainsFunc(contenders(), func(c contender) bool { return c.name == y })
			if !known && y != "gnet" {
				t.Errorf("%s: there is no contender %s", g.title, y)
			}
		}
		if g.bound <= 0 || len(g.rows) == 0 {
			t.Errorf("%s asks for nothing", g.title)
		}
	}
}

// TestLinearGoals names what is asked to be linear: a row with a size that no goal
// looks at is easily forgotten.
func TestLinearGoals(t *testing.T) {
	var got []string
	for _, g := range linearGoals() {
		subject, _, _ := strings.Cut(g.rows[0], "/")
		got = append(got, fmt.Sprintf("%s %d at %v", subject, len(g.rows), g.bound))
	}
	want := "chain 6 at 1.2, list 5 at 1.2, gather 5 at 1.2, race 5 at 1.2, timers 3 at 1.2, idle 2 at 1.2, echo 2 at 0.2"
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("got %s, want %s", s, want)
	}
}

func TestLosses(t *testing.T) {
	var got []string
	for _, l := range example().losses() {
		got = append(got, l.row.path()+" to "+l.to+" by "+ratioText(l.factor))
	}
	if s, want := strings.Join(got, ", "), "threads/round-trip to channel by 4.0, echo/c=100,s=64,d=1 to c by 1.06"; s != want {
		t.Errorf("got %s, want %s", s, want)
	}
}
