package programs_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// What all of them have, what those with timers have, and what those with coroutines
// have.
var (
	common = []string{
		"deferred/one-callback", "deferred/ten-callbacks", "deferred/thousand-chained",
		"deferred/gather-100", "deferred/fail-and-recover",
		"chain/n=10", "chain/n=1000", "then/one", "then/pending",
		"list/n=10", "list/n=1000", "gather/n=10", "gather/n=1000", "race/n=10", "race/n=1000",
	}
	timers = []string{
		"timers/set-cancel/n=0", "timers/set-cancel/n=1000", "timers/set-fire/n=1", "timers/set-fire/n=1000",
	}
	coroutines = []string{"await/pending", "await/fired", "await/create"}
)

// absent are rows that nobody has.
var absent = []string{
	"deferred/no-such-row", "deferred", "", "chain", "chain/n=", "chain/n=0", "chain/n=-1", "chain/n=1.5",
	"chain/n=01", "gather/n=2000000", "timers/set-cancel/n=2000000", "toString/n=1", "constructor",
}

// coProcess is a program with rows.
type coProcess struct {
	name    string
	command func(*testing.T) []string
	rows    [][]string
	absent  []string
}

// coProcesses are all of them.
func coProcesses() []coProcess {
	return []coProcess{
		{"node", node("rows.js"), [][]string{common, timers, coroutines}, []string{"threads/round-trip"}},
		{"java", java("Rows"), [][]string{common}, append([]string{"threads/round-trip"}, coroutines...)},
		{
			"twisted", twisted("rows.py"),
			[][]string{common, timers, coroutines, {"threads/round-trip"}},
			[]string{"chain/n=1000000"},
		},
	}
}

// ask sends a line, and returns the answer.
func (p *program) ask(t *testing.T, line string) string {
	t.Helper()
	if _, err := fmt.Fprintln(p.in, line); err != nil {
		t.Fatal(err)
	}
	return p.line(t)
}

func TestRows(t *testing.T) {
	for _, c := range coProcesses() {
		t.Run(c.name, func(t *testing.T) {
			p := start(t, c.command(t))
			var version string
			if _, err := fmt.Sscanf(p.line(t), "ready "+c.name+" %s", &version); err != nil {
				t.Error("the first line:", err)
			}
			for _, rows := range c.rows {
				for _, row := range rows {
					checkRow(t, p, row) // and once it has begun already
					checkRow(t, p, row)
				}
			}
			for _, row := range append(c.absent, absent...) {
				if row == "" {
					continue // a line with the time alone is a wrong line
				}
				if got := p.ask(t, row+" 1"); got != "none" {
					t.Errorf("%q is answered by %q", row, got)
				}
			}
			for _, line := range []string{"", "1", "deferred/one-callback", "deferred/one-callback soon", "deferred/one-callback -1"} {
				if got := p.ask(t, line); !strings.HasPrefix(got, "error ") {
					t.Errorf("%q is answered by %q", line, got)
				}
			}
			checkRow(t, p, "deferred/one-callback")
			p.end(t)
		})
	}
}

// checkRow runs a row for a millisecond. What it says cannot be more time than went
// by.
func checkRow(t *testing.T, p *program, row string) {
	t.Helper()
	began := time.Now()
	got := p.ask(t, row+" 1")
	took := float64(time.Since(began))
	var ns, best float64
	var count int
	if n, err := fmt.Sscanf(got, "%f %d %f", &ns, &count, &best); n != 3 || err != nil || ns <= 0 || count < 1 || best <= 0 || best > ns {
		t.Errorf("%s is answered by %q", row, got)
	}
	if ns*float64(count) > took {
		t.Errorf("%s is answered by %q within %.0f ns", row, got, took)
	}
}

// TestWarmUp is about the first use of a row with 20 milliseconds or more.
func TestWarmUp(t *testing.T) {
	for _, c := range coProcesses() {
		t.Run(c.name, func(t *testing.T) {
			p := start(t, c.command(t))
			p.line(t)
			checkRow(t, p, "deferred/ten-callbacks")
			var ns float64
			var count int
			if got := p.ask(t, "deferred/one-callback 20"); !scans(got, &ns, &count) || ns*float64(count) < 10e6 { // about so long
				t.Errorf("20 milliseconds are answered by %q", got)
			}
			p.end(t)
		})
	}
}

func scans(text string, ns *float64, count *int) bool {
	n, err := fmt.Sscanf(text, "%f %d", ns, count)
	return n == 2 && err == nil
}
