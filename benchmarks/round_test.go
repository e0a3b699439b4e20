package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// fakeSession is a session in which all programs are played by the test binary.
func fakeSession(t *testing.T, o options) (*session, *results, *bytes.Buffer) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("SKIPPED: servers are measured on Linux only, so nothing is known of a round")
	}
	path := fakePath(t)
	shop := &workshop{
		root: t.TempDir(), folder: t.TempDir(), loader: path, idle: path,
		others: []program{
			{contender: "node", args: []string{path, "rows"}},
			{contender: "java", args: []string{path, "broken"}},
		},
		servers: []program{
			{contender: ours, args: []string{path, "server"}, env: []string{"A=b"}, tls: true},
			{contender: "c", args: []string{path, "server"}},
			{contender: "uv", args: []string{path, "broken"}},
		},
	}
	r := &results{Format: format}
	var said bytes.Buffer
	s := newSession(shop, r, o, &progress{w: &said})
	t.Cleanup(s.close)
	return s, r, &said
}

func TestRounds(t *testing.T) {
	o := options{rounds: 2, only: regexp.MustCompile(`deferred/|echo/c=100,s=64,d=1$|idle`)}
	s, r, said := fakeSession(t, o)
	if err := s.run(t.Context(), makePlan(o)); err != nil {
		t.Fatal(err)
	}
	if r.Rounds != 2 {
		t.Errorf("%d rounds", r.Rounds)
	}
	count := map[string]int{}
	for _, m := range r.Samples {
		count[m.Subject+"/"+m.Row+" "+m.Contender]++
	}
	want := map[string]int{
		"deferred/one-callback node":      2,
		"echo/c=100,s=64,d=1 spindle":     2,
		"echo/c=100,s=64,d=1 c":           2,
		"tls/echo/c=100,s=64,d=1 spindle": 2,
		"idle/heap spindle":               1, "idle/heap gonet": 1,
		"idle/heap/n=1000 spindle": 1, "idle/heap/n=1000 gonet": 1,
		"idle/heap/n=10000 spindle": 1, "idle/heap/n=10000 gonet": 1,
		"idle/left spindle": 1, "idle/left gonet": 1,
		"idle/tls-left spindle": 1, "idle/tls-left gonet": 1,
		"idle/tls-heap spindle": 1, "idle/tls-heap gonet": 1,
		"idle/resident spindle": 1, "idle/resident c": 1,
		"idle/tls-resident spindle": 1,
	}
	for what, n := range want {
		if count[what] != n {
			t.Errorf("%s was measured %d times, want %d", what, count[what], n)
		}
		delete(count, what)
	}
	if len(count) > 0 {
		t.Errorf("also measured: %v", count)
	}
	for _, of := range []string{"node deferred/ten-callbacks", "Java", "uv echo/c=100,s=64,d=1"} {
		if n := strings.Count(said.String(), of+": "); n != 1 {
			t.Errorf("what went wrong with %s is told %d times", of, n)
		}
		if !slices.ContainsFunc(r.Problems, func(n note) bool { return n.Of == of }) {
			t.Errorf("what went wrong with %s is not in the results", of)
		}
	}
	// Before deferred, echo, TLS and, in the first round alone, idle.
	if want := 4 + 3; len(r.Calibration) != want {
		t.Errorf("calibrated %d times, want %d", len(r.Calibration), want)
	}
}

// TestOften measures a row five times in each of two rounds, as a long run does. A load
// takes no longer by that.
func TestOften(t *testing.T) {
	for _, row := range []struct{ path, contender, key, command string }{
		{"deferred/one-callback", "node", "ns/op", ""},
		{"latency/c=100,s=64,r=20000", "c", "p99-us", "-time 50ms"},
	} {
		for often, want := range map[bool]int{true: 10, false: 2} {
			o := options{rounds: 2, only: regexp.MustCompile(row.path + "$")}
			s, r, _ := fakeSession(t, o)
			s.pace.often = often
			if err := s.run(t.Context(), makePlan(o)); err != nil {
				t.Fatal(err)
			}
			if n := len(r.series(row.path, row.contender, row.key)); n != want || r.Rounds != 2 {
				t.Errorf("%s, often %v: %d values in %d rounds, want %d in 2", row.path, often, n, r.Rounds, want)
			}
			if commands := strings.Join(r.Commands, "\n"); often && !strings.Contains(commands, row.command) {
				t.Errorf("%q is not among the commands:\n%s", row.command, commands)
			}
		}
	}
}

func TestInterruptedRounds(t *testing.T) {
	o := options{only: regexp.MustCompile(`deferred/`)}
	s, r, _ := fakeSession(t, o)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := s.run(ctx, makePlan(o))
	if !errors.Is(err, errInterrupted) || len(r.Samples) != 0 || len(r.Problems) != 0 || r.Rounds != 0 {
		t.Errorf("error %v, %d samples, problems %v, %d rounds", err, len(r.Samples), r.Problems, r.Rounds)
	}
}

func TestServerValues(t *testing.T) {
	o := options{rounds: 1, only: regexp.MustCompile(`echo/c=100,s=64,d=1$`)}
	s, r, _ := fakeSession(t, o)
	if err := s.run(t.Context(), makePlan(o)); err != nil {
		t.Fatal(err)
	}
	v := r.Samples[0].Values
	if v["req/s"] != 200 || v["p99-us"] != 30 || v["resident-B"] <= 0 {
		t.Errorf("got %v", v)
	}
	if _, ok := v["cpu-ns/req"]; !ok {
		t.Error("the server's CPU time is missing")
	}
	for _, want := range []string{"A=b ", " -addr ADDRESS ", " -conns 100 -size 64 -depth 1"} {
		if !slices.ContainsFunc(r.Commands, func(line string) bool { return strings.Contains(line, want) }) {
			t.Errorf("no command has %q: %q", want, r.Commands)
		}
	}
}

func TestLoadFlags(t *testing.T) {
	for path, want := range map[string]string{
		"echo/c=100,s=16384,d=16":     "-conns 100 -size 16384 -depth 16",
		"tls/echo/c=100,s=64,d=1":     "-conns 100 -tls -size 64 -depth 1",
		"tls/handshakes/c=16":         "-conns 16 -tls -handshakes",
		"latency/c=1000,s=64,r=20000": "-conns 1000 -size 64 -rate 20000",
	} {
		r, ok := rowOf(path)
		if got := strings.Join(r.load.args(), " "); !ok || got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
}

func TestInTurn(t *testing.T) {
	for round, want := range []string{"abc", "cba", "abc"} {
		var got strings.Builder
		var turns []func()
		for _, c := range "abc" {
			turns = append(turns, func() { got.WriteRune(c) })
		}
		inTurn(round, turns)
		if got.String() != want {
			t.Errorf("round %d: %s, want %s", round, &got, want)
		}
	}
}

func TestPace(t *testing.T) {
	short, long := paceOf(options{}), paceOf(options{full: true})
	if short.rounds >= long.rounds || short.bench >= long.bench || short.load >= long.load || short.held >= long.held || short.often || !long.often {
		t.Errorf("short is %+v, long %+v", short, long)
	}
	for _, test := range []struct {
		name string
		pace pace
		took time.Duration // by each round
		want int
	}{
		{"fast", pace{rounds: 3, most: 5, budget: time.Minute}, time.Second, 5},
		{"slow", pace{rounds: 3, most: 5, budget: time.Minute}, time.Minute, 3},
		{"between", pace{rounds: 3, most: 5, budget: time.Minute}, 14 * time.Second, 4},
		{"as many as are asked for", paceOf(options{full: true, rounds: 2}), time.Second, 2},
	} {
		done := 0
		for test.pace.another(done, time.Duration(done)*test.took) {
			done++
		}
		if done != test.want {
			t.Errorf("%s: %d rounds, want %d", test.name, done, test.want)
		}
	}
}

func TestOnCPU(t *testing.T) {
	c := findCPUs()
	if c.why != "" {
		t.Skip("SKIPPED: programs cannot be bound to processors here: " + c.why)
	}
	if c.server == c.loader {
		t.Errorf("both are bound to %d", c.server)
	}
	errBack := errors.New("back")
	if err := onCPU(c.loader, func() error { return errBack }); !errors.Is(err, errBack) {
		t.Errorf("got %v", err)
	}
	if again := findCPUs(); again != c {
		t.Errorf("%+v before, %+v after", c, again)
	}
}

func TestProgressLines(t *testing.T) {
	var said bytes.Buffer
	p := &progress{w: &said, round: -1}
	for round := range 2 {
		for i := range 3 {
			p.at(round, 2, i, 3, fmt.Sprint("row ", i))
		}
	}
	p.done()
	if n := strings.Count(said.String(), "\n"); n != 2 {
		t.Errorf("%d lines for two rounds: %q", n, &said)
	}
}
