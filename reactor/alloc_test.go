//go:build unix && !race

package reactor_test

import (
	"runtime"
	"testing"
	"time"

	"github.com/spindle-go/spindle/reactor"
)

// TestAllocationsOfCalls counts what each call costs when there is room: the race
// detector allocates too, so it is not asked.
func TestAllocationsOfCalls(t *testing.T) {
	r := newReactor(t)
	tests := []struct {
		name string
		want float64
		call func()
	}{
		{"CallLater", 1, func() { _ = r.CallLater(time.Hour, nothing).Cancel() }},
		{"AfterFunc", 2, func() { r.AfterFunc(time.Hour, nothing)() }},
		{"CallFromThread", 0, func() { _ = r.CallFromThread(nothing) }}, // its queue grows, which is less than 1
		{"Stats", 0, func() { r.Stats() }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := testing.AllocsPerRun(1000, test.call); got != test.want {
				t.Errorf("%v allocations, want %v", got, test.want)
			}
		})
	}
}

// TestAllocationsOfTurns has turns go by in which nothing of the program's own
// allocates.
func TestAllocationsOfTurns(t *testing.T) {
	const warm, counted = 20, 400
	tests := []struct {
		name string
		opts []reactor.Option
		arm  func(w *world, turn func())
	}{
		{"thread calls", nil, func(w *world, turn func()) {
			var again func()
			again = func() {
				turn()
				_ = w.r.CallFromThread(again)
			}
			w.check(w.r.CallFromThread(again))
		}},
		{"bursts of thread calls", nil, func(w *world, turn func()) {
			var again func()
			again = func() {
				turn()
				for range 2 * reactor.KeepCalls {
					_ = w.r.CallFromThread(nothing)
				}
				_ = w.r.CallFromThread(again)
			}
			w.check(w.r.CallFromThread(again))
		}},
		{"descriptors", nil, func(w *world, turn func()) {
			a, b := w.pair()
			b.send()
			a.onRead = func() error { return nil }
			a.onWrite = func() error { turn(); return nil }
			w.check(w.r.AddReader(a))
			w.check(w.r.AddWriter(a))
		}},
		{"waking up from sleep", nil, func(w *world, turn func()) {
			// The other goroutine answers only when the loop has nothing to do.
			again := make(chan struct{})
			w.Cleanup(func() { close(again) })
			f := func() { turn(); again <- struct{}{} }
			go func() {
				for range again {
					_ = w.r.CallFromThread(f)
				}
			}()
			w.check(w.r.CallFromThread(f))
		}},
		{"slow callbacks watched", []reactor.Option{reactor.WithSlowCallback(time.Hour)}, func(w *world, turn func()) {
			a, _ := w.pair()
			a.onWrite = func() error { turn(); return nil }
			w.check(w.r.AddWriter(a))
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			forEachPoller(t, func(w *world) {
				var before, after runtime.MemStats
				turns := 0
				test.arm(w, func() {
					switch turns++; turns {
					case warm:
						runtime.ReadMemStats(&before)
					case warm + counted:
						runtime.ReadMemStats(&after)
						w.check(w.r.Stop())
					}
				})
				w.run()
				// The runtime has a few of its own, for collections.
				if n := after.Mallocs - before.Mallocs; n >= counted/10 {
					w.Errorf("%d allocations in %d turns, want none", n, counted)
				}
			}, test.opts...)
		})
	}
}
