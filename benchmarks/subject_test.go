package main

import (
	"regexp"
	"testing"
)

// anything matches all rows.
var anything = regexp.MustCompile("")

// mustMatch is a regexp for rows.
func mustMatch(text string) *regexp.Regexp { return regexp.MustCompile(text) }

func TestRows(t *testing.T) {
	known := map[string]bool{}
	for _, c := range contenders() {
		if known[c.name] {
			t.Errorf("there are two contenders %s", c.name)
		}
		known[c.name] = true
		if len(c.label) > 17 {
			t.Errorf("the label %q has no room beside a bar", c.label)
		}
	}
	names, paths := map[string]bool{}, map[string]bool{}
	for _, s := range subjects() {
		if names[s.name] || s.title == "" || s.text == "" {
			t.Errorf("the subject %s is there twice, or says nothing", s.name)
		}
		names[s.name] = true
		for _, r := range s.rows {
			if paths[r.path()] {
				t.Errorf("there are two rows %s", r.path())
			}
			paths[r.path()] = true
			if !known[r.base] || r.means == "" || r.title == "" || r.per < 1 || r.cpu < 1 {
				t.Errorf("%s is not whole: %+v", r.path(), r)
			}
		}
	}
	for _, want := range []string{"deferred/one-callback", "chain/n=1000000", "gather/n=100000", "timers/set-cancel/n=0", "calls/producers=8", "echo/c=1000,s=64,d=1", "latency/c=100,s=64,r=20000", "tls/handshake/1.2"} {
		if !paths[want] {
			t.Errorf("there is no row %s", want)
		}
	}
}

func TestPlan(t *testing.T) {
	count := func(o options) int { return len(makePlan(o)) }
	short, full := count(options{only: anything}), count(options{only: anything, full: true})
	if short == 0 || short >= full {
		t.Errorf("%d rows in the short run, %d in the full one", short, full)
	}
	if got := count(options{only: mustMatch("^chain/")}); got != 5 {
		t.Errorf("%d rows of chain in the short run, want 5", got)
	}
	if got := count(options{only: mustMatch("chain/n=1000000")}); got != 1 {
		t.Errorf("%d rows for a name that is asked for, want 1", got)
	}
	if got := count(options{only: mustMatch("no such")}); got != 0 {
		t.Errorf("%d rows for a name that is not there", got)
	}
}
