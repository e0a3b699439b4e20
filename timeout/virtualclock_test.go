package timeout_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/spindle-go/spindle/timeout"
)

// recorder is a virtual clock with a note of what ran and when, as seen from
// inside the calls.
type recorder struct {
	*timeout.VirtualClock
	ran []string
}

func newRecorder() *recorder {
	return &recorder{VirtualClock: timeout.NewVirtualClock(start)}
}

func (r *recorder) note(name string) func() {
	return func() { r.ran = append(r.ran, fmt.Sprintf("%s at %v", name, r.Now().Sub(start))) }
}

func (r *recorder) wantNow(t *testing.T, want time.Duration) {
	t.Helper()
	if got := r.Now().Sub(start); got != want {
		t.Errorf("the clock stands at %v, want %v", got, want)
	}
}

func TestAdvanceSteps(t *testing.T) {
	tests := []struct {
		name string
		set  func(r *recorder)
		by   []time.Duration
		want []string
	}{
		{"nothing to run", func(*recorder) {}, []time.Duration{time.Second, 0, time.Minute}, nil},
		{"each call sees its own time", func(r *recorder) {
			r.CallLater(3*time.Second, r.note("b"))
			r.CallLater(time.Second, r.note("a"))
		}, []time.Duration{time.Minute}, []string{"a at 1s", "b at 3s"}},
		{"up to and with the end", func(r *recorder) {
			r.CallLater(time.Second, r.note("in"))
			r.CallLater(time.Second+1, r.note("out"))
		}, []time.Duration{time.Second}, []string{"in at 1s"}},
		{"by nothing runs what is due now", func(r *recorder) {
			r.CallLater(0, r.note("due"))
			r.CallLater(1, r.note("not due"))
		}, []time.Duration{0}, []string{"due at 0s"}},
		{"made on the way and due", func(r *recorder) {
			r.CallLater(time.Second, func() {
				r.note("a")()
				r.CallLater(time.Second, r.note("made by a"))
				r.CallLater(time.Hour, r.note("too late"))
			})
			r.CallLater(3*time.Second, r.note("b"))
		}, []time.Duration{time.Minute}, []string{"a at 1s", "made by a at 2s", "b at 3s"}},
		{"made on the way with no delay", func(r *recorder) {
			r.CallLater(time.Second, func() {
				r.note("a")()
				r.CallLater(0, r.note("made by a"))
			})
			r.CallLater(time.Second, r.note("b"))
		}, []time.Duration{time.Second}, []string{"a at 1s", "b at 1s", "made by a at 1s"}},
		{"reset on the way counts from the caller's time", func(r *recorder) {
			c := r.CallLater(time.Hour, r.note("moved"))
			r.CallLater(time.Second, func() {
				if err := c.Reset(time.Second); err != nil {
					panic(err)
				}
			})
		}, []time.Duration{time.Minute}, []string{"moved at 2s"}},
		{"overdue calls do not turn the clock back", func(r *recorder) {
			r.Advance(5 * time.Second)
			for i, name := range []string{"second", "first"} {
				c := r.CallLater(time.Second, r.note(name))
				if err := c.Delay(-time.Duration(i+2) * time.Second); err != nil {
					panic(err)
				}
			}
		}, []time.Duration{0}, []string{"first at 5s", "second at 5s"}},
		{"in pieces", func(r *recorder) {
			r.CallLater(time.Second, r.note("a"))
			r.CallLater(2*time.Second, r.note("b"))
		}, []time.Duration{999 * time.Millisecond, time.Millisecond, time.Second}, []string{"a at 1s", "b at 2s"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := newRecorder()
			test.set(r)
			end := r.Now().Sub(start)
			for _, d := range test.by {
				r.Advance(d)
				end += d
				r.wantNow(t, end)
			}
			wantRan(t, r.ran, test.want...)
		})
	}
}

func TestAdvanceSaturates(t *testing.T) {
	r := newRecorder()
	r.CallLater(math.MaxInt64, r.note("last"))
	r.Advance(time.Hour)
	r.Advance(math.MaxInt64)
	r.wantNow(t, math.MaxInt64)
	wantRan(t, r.ran, fmt.Sprintf("last at %v", time.Duration(math.MaxInt64)))
}

func TestRunNext(t *testing.T) {
	r := newRecorder()
	if r.RunNext() {
		t.Error("RunNext of nothing answers true")
	}
	r.CallLater(2*time.Second, r.note("b"))
	r.CallLater(2*time.Second, r.note("c"))
	r.CallLater(time.Second, func() {
		r.note("a")()
		r.CallLater(0, r.note("made by a"))
	})
	overdue := r.CallLater(time.Second, r.note("overdue"))
	for _, want := range []time.Duration{time.Second, time.Second, time.Second} {
		if !r.RunNext() {
			t.Fatal("RunNext answers false, with calls pending")
		}
		r.wantNow(t, want)
	}
	if overdue.Active() {
		t.Error("the second call did not run")
	}
	overdue = r.CallLater(0, r.note("overdue"))
	if err := overdue.Delay(-time.Hour); err != nil {
		t.Fatal(err)
	}
	for r.RunNext() {
	}
	r.wantNow(t, 2*time.Second)
	wantRan(t, r.ran, "a at 1s", "overdue at 1s", "made by a at 1s", "overdue at 1s", "b at 2s", "c at 2s")
}

func TestVirtualClockCalls(t *testing.T) {
	r := newRecorder()
	b := r.CallLater(2, r.note("b"))
	c := r.CallLater(2, r.note("c"))
	a := r.CallLater(1, r.note("a"))
	gone := r.CallLater(0, r.note("gone"))
	if err := gone.Cancel(); err != nil {
		t.Fatal(err)
	}
	got := r.Calls()
	if len(got) != 3 || got[0] != a || got[1] != b || got[2] != c {
		t.Errorf("Calls gives %v, want %v", got, []*timeout.DelayedCall{a, b, c})
	}
	got[0] = nil
	if r.Calls()[0] != a {
		t.Error("the slice that Calls gives is the clock's own")
	}
}

// TestPanicInCall moves the clock over a call that panics, in both ways. The
// panic reaches the one who moved the clock, and the rest can go on.
func TestPanicInCall(t *testing.T) {
	moves := []struct {
		name string
		move func(r *recorder)
	}{
		{"Advance", func(r *recorder) { r.Advance(time.Minute) }},
		{"RunNext", func(r *recorder) { r.RunNext() }},
	}
	for _, m := range moves {
		t.Run(m.name, func(t *testing.T) {
			r := newRecorder()
			bad := r.CallLater(time.Second, func() { panic("timeout: the call's own") })
			r.CallLater(time.Second, r.note("same time"))
			r.CallLater(2*time.Second, r.note("later"))
			wantPanic(t, "the call's own", func() { m.move(r) })
			r.wantNow(t, time.Second)
			if len(r.Calls()) != 2 || bad.Active() {
				t.Errorf("%d calls are pending, the bad one: %v", len(r.Calls()), bad.Active())
			}
			r.Advance(time.Minute)
			r.wantNow(t, time.Minute+time.Second)
			wantRan(t, r.ran, "same time at 1s", "later at 2s")
		})
	}
}

// TestMoveInsideCall moves the clock from inside a call that it runs, in all
// four ways.
func TestMoveInsideCall(t *testing.T) {
	moves := []struct {
		name string
		move func(r *recorder)
	}{
		{"Advance", func(r *recorder) { r.Advance(time.Second) }},
		{"RunNext", func(r *recorder) { r.RunNext() }},
	}
	for _, outer := range moves {
		for _, inner := range moves {
			t.Run(inner.name+" inside "+outer.name, func(t *testing.T) {
				r := newRecorder()
				r.CallLater(time.Second, func() {
					r.note("outer")()
					wantPanic(t, inner.name+" inside a call", func() { inner.move(r) })
					r.wantNow(t, time.Second)
				})
				r.CallLater(time.Second, r.note("rest"))
				outer.move(r)
				r.Advance(0)
				wantRan(t, r.ran, "outer at 1s", "rest at 1s")
			})
		}
	}
}

func TestAdvanceNegative(t *testing.T) {
	r := newRecorder()
	wantPanic(t, "-1s", func() { r.Advance(-time.Second) })
	r.wantNow(t, 0)
}
