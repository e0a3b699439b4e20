package deferred_test

import (
	"context"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// pendingHere lists what is pending and was made by functions with a word in
// their name.
func pendingHere(word string) (lines []string) {
	for _, p := range deferred.Pending() {
		if strings.Contains(p.Made.Function, word) {
			lines = append(lines, masked(p.String()))
		}
	}
	return lines
}

func TestPending(t *testing.T) {
	debugMode(t)
	const here = "TestPending"
	expect := func(what string, want ...string) {
		t.Helper()
		if got := strings.Join(pendingHere(here), "\n"); got != strings.Join(want, "\n") {
			t.Errorf("%s: pending is\n%s\nwant\n%s", what, got, strings.Join(want, "\n"))
		}
	}
	inner := deferred.New(refuses)
	outer := deferred.Maybe(inner.Chain)
	then := deferred.Then(outer, worded)
	var zero number
	zero.PassCancelTo(stop(func() {}))
	deferred.Succeed(1)
	expect("four",
		"Deferred[int] made in TestPending, old, waits for what deferred_test.refuses cancels",
		"Deferred[int] made in TestPending, old, fired in TestPending, waits for Deferred[int] made in TestPending",
		"Deferred[string] made in TestPending, old, waits for Deferred[int] made in TestPending",
		"Deferred[int] made in TestPending, old, waits for deferred_test.stop")
	_ = inner.Callback(1)
	expect("one was fired, and with it two", "Deferred[int] made in TestPending, old, waits for deferred_test.stop")
	_ = zero.Callback(1)
	expect("none")
	runtime.KeepAlive(then)
}

// TestPendingIsOfDebugMode makes sure that others are not listed.
func TestPendingIsOfDebugMode(t *testing.T) {
	debugMode(t)
	deferred.SetDebug(false)
	before := made().AddCallback(increment)
	deferred.SetDebug(true)
	after := deferred.Maybe(before.Chain)
	want := "Deferred[int] made in TestPendingIsOfDebugMode, old, fired in TestPendingIsOfDebugMode, waits for a Deferred that was not made in debug mode"
	if got := strings.Join(pendingHere("TestPendingIsOfDebugMode"), "\n"); got != want {
		t.Errorf("pending is\n%s\nwant\n%s", got, want)
	}
	_ = before.Callback(1)
	runtime.KeepAlive(after)
}

// TestPendingKeepsNothingAlive waits until a Deferred that nobody has any more is
// not listed any more.
func TestPendingKeepsNothingAlive(t *testing.T) {
	debugMode(t)
	gone := func() <-chan struct{} {
		d := forgotten()
		d.AddCallback(increment)
		return collected(d)
	}()
	waitForGC(t, gone, "a Deferred of debug mode")
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for len(pendingHere("forgotten")) > 0 {
		if ctx.Err() != nil {
			t.Fatal("it is still listed")
		}
		runtime.GC()
		runtime.Gosched() // cleanups have a goroutine of their own
	}
}

func forgotten() *number { return deferred.New[int]() }

// TestPendingFromAnyGoroutine lists while loops work, for the race detector.
func TestPendingFromAnyGoroutine(t *testing.T) {
	debugMode(t)
	done := make(chan struct{})
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for range 300 {
				inner := made()
				outer := deferred.Then(deferred.Maybe(inner.Chain).AddCallback(broken), worded)
				_ = inner.Callback(1)
				outer.Catch(func(*failure.Failure) {})
			}
		})
	}
	go func() { wg.Wait(); close(done) }()
	for {
		select {
		case <-done:
			return
		default:
			for _, p := range deferred.Pending() {
				_ = p.String()
			}
		}
	}
}
