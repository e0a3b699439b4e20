//go:build unix

package reactor_test

import (
	"runtime"
	"testing"
	"time"

	"github.com/spindle-go/spindle/reactor"
)

// TestStats plays a known program and compares all figures.
func TestStats(t *testing.T) {
	forEachPoller(t, func(w *world) {
		if s := w.r.Stats(); s != (reactor.Stats{}) {
			w.Errorf("a new reactor has %+v", s)
		}
		a, b := w.pair()
		w.check(w.r.AddReader(a))
		w.check(w.r.AddWriter(a))
		w.check(w.r.AddReader(b))
		w.r.RemoveWriter(a)
		w.check(w.r.CallFromThread(nothing))
		w.check(w.r.CallFromThread(nothing))
		w.r.CallLater(time.Hour, nothing)
		want := reactor.Stats{ThreadCalls: 2, DelayedCalls: 1, Descriptors: 2}
		if s := w.r.Stats(); s != want {
			w.Errorf("got %+v, want %+v", s, want)
		}
		w.r.CallWhenRunning(nothing)
		inTurns(w.r, 3, func() {
			s := w.r.Stats()
			// One hook, two thread calls, and three of inTurns.
			if want := (reactor.Stats{Turns: 3, Callbacks: 6, DelayedCalls: 1, Descriptors: 2}); s != want {
				w.Errorf("got %+v, want %+v", s, want)
			}
			w.check(w.r.Stop())
		})
		w.run()
		// Both readers were told of the end.
		if s, want := w.r.Stats(), (reactor.Stats{Turns: 3, Callbacks: 8, DelayedCalls: 1}); s != want {
			w.Errorf("after Run: %+v, want %+v", s, want)
		}
	})
}

// TestLateness is told of delayed calls, as it was when their turn came.
func TestLateness(t *testing.T) {
	forEachPoller(t, func(w *world) {
		const late = 3 * time.Millisecond
		w.r.CallLater(0, nothing)
		w.r.CallLater(time.Hour, nothing)
		w.check(w.r.CallFromThread(func() { // in the turn of the first, and before it
			for began := w.r.Now(); w.r.Now().Sub(began) < late; {
				runtime.Gosched()
			}
			w.stopSoon()
		}))
		w.run()
		s := w.r.Stats()
		if s.Timers != 1 || s.LateMax < late || s.LateTotal != s.LateMax {
			w.Errorf("%d timers, late by %v at most and %v in all, want one, late by %v or more", s.Timers, s.LateMax, s.LateTotal, late)
		}
		// A deadline in the far past must not turn the sum around.
		c := w.r.CallLater(0, nothing)
		for range 3 {
			w.check(c.Delay(-1 << 62))
		}
		w.r.CallWhenRunning(w.stopSoon)
		w.run()
		if now := w.r.Stats(); now.Timers != 2 || now.LateTotal < s.LateTotal || now.LateMax > patience {
			w.Errorf("then %d timers, late by %v at most and %v in all", now.Timers, now.LateMax, now.LateTotal)
		}
	})
}

// TestWakeups counts the bytes that woke the loop up, over several runs.
func TestWakeups(t *testing.T) {
	forEachPoller(t, func(w *world) {
		seen := uint64(0)
		for range 3 {
			end := w.start()
			deadline := within(w.T)
			for before := seen; seen == before && deadline.Err() == nil; { // until one came while it slept
				w.on(func() { seen = w.r.Stats().Wakeups })
			}
			w.stop(end)
			s := w.r.Stats()
			if s.Wakeups < seen || s.Wakeups > s.Turns || deadline.Err() != nil {
				w.Errorf("%d wake-ups in %d turns, after %d", s.Wakeups, s.Turns, seen)
			}
			seen = s.Wakeups
		}
	})
}
