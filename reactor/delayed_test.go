//go:build unix

package reactor_test

import (
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/spindle-go/spindle/reactor"
	"github.com/spindle-go/spindle/timeout"
	"github.com/spindle-go/spindle/timeout/timeouttest"
)

// TestClock plays the behaviour that reactor and virtual clock have in common.
func TestClock(t *testing.T) {
	for _, kind := range pollers(t) {
		t.Run(kind.String(), func(t *testing.T) {
			timeouttest.TestClock(t, func(t *testing.T) timeouttest.Harness {
				return clock{newReactor(t, reactor.WithPoller(kind)), t}
			})
		})
	}
}

// clock is a reactor as a Harness: one run of it for each Run.
type clock struct {
	*reactor.Reactor
	t *testing.T
}

func (c clock) Run(until func() bool) {
	const pause = time.Millisecond
	var look *timeout.DelayedCall
	ask := func() {
		if until() {
			_ = c.Stop()
		}
	}
	var again func()
	again = func() {
		ask()
		look = c.CallLater(pause, again)
	}
	c.CallWhenRunning(ask)
	look = c.CallLater(pause, again)
	if err := c.Reactor.Run(within(c.t)); err != nil {
		c.t.Fatal(err)
	}
	if err := look.Cancel(); err != nil {
		c.t.Error(err)
	}
}

// TestZeroDelayDoesNotStarve has a timer that arms itself again at once, beside a
// reader and thread calls.
func TestZeroDelayDoesNotStarve(t *testing.T) {
	forEachPoller(t, func(w *world) {
		a, b := w.pair()
		w.check(w.r.AddReader(a))
		timers := 0
		var again func()
		again = func() {
			timers++
			w.r.CallLater(0, again)
		}
		w.r.CallWhenRunning(func() {
			again()
			b.send()
		})
		var atRead int
		a.onRead = func() error {
			a.drain()
			if atRead = timers; atRead > 2 {
				w.Errorf("the reader had to wait for %d timers", atRead)
			}
			return w.r.CallFromThread(func() {
				if timers > atRead+2 {
					w.Errorf("the thread call had to wait for %d timers", timers-atRead)
				}
				w.check(w.r.Stop())
			})
		}
		w.run()
		for _, c := range w.r.DelayedCalls() {
			w.check(c.Cancel())
		}
	})
}

// TestDueWhenTheTurnBegan has one timer be slow, so that another's deadline passes
// meanwhile: that one waits for the next turn, and so does one that it makes.
func TestDueWhenTheTurnBegan(t *testing.T) {
	forEachPoller(t, func(w *world) {
		turns := map[string]uint64{}
		note := func(name string) { turns[name] = w.r.Stats().Turns }
		w.r.CallLater(0, func() {
			note("slow")
			made := w.r.CallLater(0, func() { note("made") })
			passes := w.r.CallLater(time.Millisecond, func() {
				note("passes")
				w.check(w.r.Stop())
			})
			for w.r.Now().Before(passes.Time()) {
				runtime.Gosched()
			}
			if !made.Active() || !passes.Active() {
				w.Error("a call ran inside another")
			}
		})
		w.run()
		if turns["made"] != turns["slow"]+1 || turns["passes"] != turns["slow"]+1 {
			w.Errorf("they ran in turns %v", turns)
		}
	})
}

// TestOrderInOneTurn is that of the manual: descriptors, thread calls, timers.
func TestOrderInOneTurn(t *testing.T) {
	forEachPoller(t, func(w *world) {
		a, b := w.pair()
		w.check(w.r.AddReader(a))
		b.send()
		var order []string
		a.onRead = func() error { a.drain(); order = append(order, "reader"); return nil }
		w.r.CallLater(0, func() { order = append(order, "timer"); w.check(w.r.Stop()) })
		w.check(w.r.CallFromThread(func() { order = append(order, "thread call") }))
		w.run()
		wantOrder(w.T, order, "reader", "thread call", "timer")
	})
}

// TestManyDeadlines makes timers in a jumble of deadlines that all pass, and wants
// them in order.
func TestManyDeadlines(t *testing.T) {
	forEachPoller(t, func(w *world) {
		const calls = 500
		var want, got []time.Time
		for i := range calls {
			var c *timeout.DelayedCall
			c = w.r.CallLater(time.Duration(i*7919%calls)*20*time.Microsecond, func() {
				if w.r.Now().Before(c.Time()) {
					w.Errorf("a call ran %v early", c.Time().Sub(w.r.Now()))
				}
				if got = append(got, c.Time()); len(got) == calls {
					w.check(w.r.Stop())
				}
			})
			want = append(want, c.Time())
		}
		w.run()
		slices.SortFunc(want, time.Time.Compare)
		// A deadline of one turn may lie before that of a call that was due in an
		// earlier one only if it was made later, and none is.
		if !slices.Equal(got, want) {
			w.Error("the calls did not run in the order of their deadlines")
		}
	})
}
