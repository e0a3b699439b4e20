package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// patiently is a deadline that is not reached if all is well.
const patiently = 20 * time.Second

func start(t *testing.T, args ...string) *child {
	t.Helper()
	c, err := startChild(args[0], fakeCommand(t, args...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.end)
	return c
}

func TestChildAnswers(t *testing.T) {
	c := start(t, "rows")
	if version, err := c.after(t.Context(), "ready", patiently); err != nil || version != "rows 1.0" {
		t.Fatalf("got %q, %v", version, err)
	}
	for _, test := range []struct {
		path string
		ns   float64
		text string
	}{
		{"deferred/one-callback", 80.5, ""},
		{"no/such", 0, errNoRow.Error()},
		{"deferred/ten-callbacks", 0, "it does not work"},
		{"deferred/one-callback", 80.5, ""},
	} {
		got, err := c.measure(t.Context(), test.path, time.Millisecond)
		if got["ns/op"] != test.ns || (err == nil) != (test.text == "") || err != nil && err.Error() != test.text {
			t.Errorf("%s: got %v, %v", test.path, got, err)
		}
	}
	c.end()
	c.end() // a second time is nothing
	if !c.cmd.ProcessState.Success() {
		t.Errorf("it ended with %v, want by itself", c.cmd.ProcessState)
	}
	if _, err := c.measure(t.Context(), "deferred/one-callback", 0); err == nil {
		t.Error("it answers after its end")
	}
}

func TestChildThatSaysNothing(t *testing.T) {
	c := start(t, "silent")
	if _, err := c.line(t.Context(), time.Millisecond); err == nil || !strings.Contains(err.Error(), "said nothing for 1ms") {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.line(ctx, patiently); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's error", err)
	}
}

func TestChildThatBreaks(t *testing.T) {
	c := start(t, "broken")
	_, err := c.after(t.Context(), "ready", patiently)
	if err == nil || !strings.Contains(err.Error(), "exit status 3") || !strings.HasSuffix(err.Error(), ": it is broken") {
		t.Errorf("got %v", err)
	}
}

func TestChildThatSaysSomethingElse(t *testing.T) {
	c := start(t, "server")
	if _, err := c.after(t.Context(), "ready", patiently); err == nil || !strings.Contains(err.Error(), `"listening 127.0.0.1:1" instead of "ready"`) {
		t.Errorf("got %v", err)
	}
}

func TestStubbornChildIsKilled(t *testing.T) {
	c := start(t, "stubborn")
	if _, err := c.after(t.Context(), "ready", patiently); err != nil {
		t.Fatal(err)
	}
	c.patience = time.Millisecond
	c.end()
	if c.cmd.ProcessState == nil || c.cmd.ProcessState.Exited() {
		t.Errorf("it ended with %v, want a kill", c.cmd.ProcessState)
	}
}

func TestContextKillsChild(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	path := fakeCommand(t).Path
	c, err := startChild("stubborn", exec.CommandContext(ctx, path, "stubborn"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.end()
	if _, err := c.after(t.Context(), "ready", patiently); err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := c.line(t.Context(), patiently); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Errorf("got %v, want that it was killed", err)
	}
}

func TestChildrenLeaveNoDescriptors(t *testing.T) {
	count := func() int {
		entries, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Skip("SKIPPED: this system does not list descriptors, so nothing is known of those that children leave")
		}
		return len(entries)
	}
	once := func() {
		c, err := startChild("rows", fakeCommand(t, "rows"))
		if err != nil {
			t.Fatal(err)
		}
		c.end()
	}
	once() // what the runtime opens once is open now
	before := count()
	for range 3 {
		once()
	}
	if after := count(); after > before {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
}

func TestParseAnswer(t *testing.T) {
	for _, test := range []struct {
		line string
		ns   float64
		ok   bool
	}{
		{"12.5 1000 11", 12.5, true},
		{"1e3 1 1e3", 1000, true},
		{"none", 0, false},
		{"error no", 0, false},
		{"", 0, false},
		{"12.5", 0, false},
		{"12.5 1000", 0, false},
		{"0 10 1", 0, false},
		{"12.5 0 1", 0, false},
		{"12.5 10 0", 0, false},
		{"NaN 10 1", 0, false},
		{"12.5 10 more", 0, false},
		{"12.5 10 11 12", 0, false},
	} {
		if got, err := parseAnswer(test.line); got["ns/op"] != test.ns || (err == nil) != test.ok {
			t.Errorf("%q: got %v, %v", test.line, got, err)
		}
	}
}

func TestTailKeepsTheEnd(t *testing.T) {
	var last tail
	for range 3 {
		_, _ = last.Write([]byte(strings.Repeat("a", tailSize)))
	}
	_, _ = last.Write([]byte("end"))
	if s := last.String(); len(s) != tailSize || !strings.HasSuffix(s, "aend") {
		t.Errorf("%d bytes, and the end is %q", len(s), s[len(s)-4:])
	}
}
