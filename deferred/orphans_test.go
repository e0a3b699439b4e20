package deferred_test

import (
	"context"
	"errors"
	"runtime"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// becomeOrphans collects until n failures wait for their Deferreds to be
// collected.
func becomeOrphans(t *testing.T, n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for deferred.OrphanedFailures() != n {
		if ctx.Err() != nil {
			t.Fatalf("%d failures wait to be collected, want %d", deferred.OrphanedFailures(), n)
		}
		runtime.GC()
		runtime.Gosched() // cleanups have a goroutine of their own
	}
}

// TestUnhandledIsReportedWhenCollected is about a program without a loop.
func TestUnhandledIsReportedWhenCollected(t *testing.T) {
	for name, leave := range map[string]func(){
		"made by Fail":    func() { deferred.Fail[int](errNo) },
		"fired":           func() { _ = newNumber().Errback(errNo) },
		"made by Then":    func() { deferred.Then(deferred.Fail[int](errNo), increment) },
		"of a tiny type":  func() { deferred.Fail[struct{}](errNo) },
		"of a large type": func() { deferred.Fail[[1 << 16]byte](errNo) },
		"panic of a canceller that had fired": func() {
			deferred.New(func(d *number) { _ = d.Callback(1); panic(errNo) }).Cancel()
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := watchUnhandled(t)
			leave()
			waitForGC(t, r.came, "the report of a failure that nobody handled")
			deferred.FlushUnhandled()
			all := r.all()
			for err, n := range all {
				if !errors.Is(err, errNo) || n != 1 {
					t.Errorf("%v was reported %d times", err, n)
				}
			}
			if len(all) != 1 {
				t.Errorf("%d failures were reported, want 1", len(all))
			}
		})
	}
}

// TestUnhandledIsNotReportedWhileReferenced is about a Deferred that is still
// there: its failure may yet be handled.
func TestUnhandledIsNotReportedWhileReferenced(t *testing.T) {
	r := watchUnhandled(t)
	d := deferred.Fail[int](errNo)
	becomeOrphans(t, 1)
	runtime.GC()
	if n := r.of(errNo); n != 0 {
		t.Fatalf("reported %d times", n)
	}
	d.Catch(func(*failure.Failure) {})
	if n := deferred.OrphanedFailures(); n != 0 {
		t.Errorf("%d failures are still waiting for a collection, want 0", n)
	}
}

// TestHandledBetweenCollectionsIsNotReported handles a failure after one
// collection and drops the Deferred before the next: it must not pass for lost.
func TestHandledBetweenCollectionsIsNotReported(t *testing.T) {
	r := watchUnhandled(t)
	gone := handledLate(t)
	waitForGC(t, gone, "the Deferred whose failure was handled")
	// Another one is lost after it. With that report all have come.
	sentinel := errors.New("sentinel")
	_ = newNumber().Errback(sentinel)
	waitForGC(t, r.came, "the report of the other failure")
	if r.of(errNo) != 0 || r.of(sentinel) != 1 {
		t.Errorf("reported %v, want the sentinel alone", r.all())
	}
}

// handledLate makes a failure, has it wait for a collection, and handles it.
func handledLate(t *testing.T) (gone <-chan struct{}) {
	d := deferred.Fail[int](errNo)
	becomeOrphans(t, 1)
	gone = collected(d)
	d.Catch(func(*failure.Failure) {})
	return gone
}

// TestOrphanIsReportedOnce reports one in each of the other ways, before it is
// collected.
func TestOrphanIsReportedOnce(t *testing.T) {
	turn := func() {
		loop := deferred.NewTurns()
		defer loop.Close()
		loop.Begin()
		loop.End()
	}
	for name, report := range map[string]func(){
		"by FlushUnhandled":       deferred.FlushUnhandled,
		"by a loop that starts":   turn,
		"by the handler's second": func() { deferred.FlushUnhandled(); deferred.FlushUnhandled() },
	} {
		t.Run(name, func(t *testing.T) {
			r := watchUnhandled(t)
			gone := func() <-chan struct{} {
				d := deferred.Fail[int](errNo)
				becomeOrphans(t, 1)
				report()
				if n := r.of(errNo); n != 1 {
					t.Errorf("reported %d times, want once", n)
				}
				d.AddCallback(increment) // does not handle it
				deferred.FlushUnhandled()
				return collected(d)
			}()
			waitForGC(t, gone, "the Deferred")
			deferred.FlushUnhandled()
			if n := r.of(errNo); n != 1 {
				t.Errorf("in the end reported %d times, want once", n)
			}
		})
	}
}

// TestOrphansAreReportedInOrder has several of them, before what came later.
func TestOrphansAreReportedInOrder(t *testing.T) {
	play(t, []scenario{
		{"flush", "lost:!1 lost:!2 lost:!3 lost:!4", func(s *script) {
			var ds []*number
			for _, text := range []string{"1", "2", "3"} {
				ds = append(ds, deferred.Fail[int](errors.New(text)))
			}
			becomeOrphans(s.t, 3)
			ds = append(ds, deferred.Fail[int](errors.New("4")))
			deferred.FlushUnhandled()
			runtime.KeepAlive(ds)
		}},
	})
}

// fixed is a Deferred that is no object of the heap.
var fixed number

// TestUnhandledOfAVariable is about a Deferred that is never collected.
func TestUnhandledOfAVariable(t *testing.T) {
	r := watchUnhandled(t)
	_ = fixed.Callback(0) // no more than once, if the test runs again
	fixed.AddBoth(func(int, error) (int, error) { return 0, errNo })
	becomeOrphans(t, 1)
	runtime.GC()
	if n := r.of(errNo); n != 0 {
		t.Errorf("reported %d times while it is there", n)
	}
	deferred.FlushUnhandled()
	if n := r.of(errNo); n != 1 {
		t.Errorf("reported %d times, want once", n)
	}
}

// TestTrackerDoesNotGrow makes many failures that are handled a moment later.
func TestTrackerDoesNotGrow(t *testing.T) {
	const many = 20_000
	handled := func() {
		deferred.Fail[int](errNo).Catch(func(*failure.Failure) {})
	}
	rows := []struct {
		name  string
		atEnd int // what may be left at most
		do    func()
	}{
		{"without a loop", 256, func() {
			for range many {
				handled()
			}
		}},
		{"in one long turn", 0, func() {
			loop := deferred.NewTurns()
			defer loop.Close()
			loop.Begin()
			for range many {
				handled()
				if n := deferred.TrackedFailures(); n > 256 {
					t.Fatalf("%d failures are held in the middle of a turn", n)
				}
			}
		}},
		{"in many turns", 0, func() {
			loop := deferred.NewTurns()
			defer loop.Close()
			for range many {
				loop.Begin()
				handled()
				loop.End()
				if n := deferred.TrackedFailures(); n > 0 {
					t.Fatalf("%d failures are held between turns", n)
				}
			}
		}},
		{"in many turns, while another loop's does not end", 0, func() {
			stuck, loop := deferred.NewTurns(), deferred.NewTurns()
			defer loop.Close()
			defer stuck.Close()
			stuck.Begin()
			for range many {
				loop.Begin()
				handled()
				loop.End()
				if n := deferred.TrackedFailures(); n > 2*256 {
					t.Fatalf("%d failures are held", n)
				}
			}
		}},
		{"after very many that were not", 256, func() {
			loop := deferred.NewTurns()
			t.Cleanup(loop.Close) // not earlier: it would sweep
			loop.Begin()
			for range many {
				deferred.Fail[int](errNo)
			}
			loop.End()
			for range many {
				handled()
			}
		}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			silenceUnhandled(t)
			row.do()
			if n := deferred.TrackedFailures(); n > row.atEnd {
				t.Errorf("%d failures are held, want %d at most", n, row.atEnd)
			}
		})
	}
}

// TestTrackerLetsGo makes sure that the memory of failures goes back, also of
// those that were handled after a collection.
func TestTrackerLetsGo(t *testing.T) {
	silenceUnhandled(t)
	const n = 1000
	ds := make([]*number, n)
	for i := range ds {
		ds[i] = deferred.Fail[int](errNo)
	}
	becomeOrphans(t, n)
	for _, d := range ds {
		d.Catch(func(*failure.Failure) {})
	}
	if n := deferred.TrackedFailures(); n != 0 {
		t.Errorf("%d failures are held after all were handled", n)
	}
	gone := collected(ds[n-1])
	clear(ds)
	waitForGC(t, gone, "a Deferred whose failure was handled")
}
