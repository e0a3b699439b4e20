//go:build unix

package poller_test

import (
	"math"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/spindle-go/spindle/internal/poller"
)

// waitsOut fails when a Wait without an event ends before its timeout.
func (w *world) waitsOut(timeout time.Duration) {
	w.Helper()
	start := time.Now()
	w.compare(w.wait(timeout, nil), nil)
	if passed := time.Since(start); passed < timeout {
		w.Fatalf("a wait of %v ended after %v", timeout, passed)
	}
}

func testNeverEarly(w *world) {
	r, _ := w.pipe()
	w.add(r, poller.Readable)
	for _, timeout := range []time.Duration{
		0, 1, time.Microsecond, 1001, 50 * time.Microsecond, time.Millisecond - 1, time.Millisecond,
		time.Millisecond + 1, 3 * time.Millisecond, 20 * time.Millisecond,
	} {
		for range 5 {
			w.waitsOut(timeout)
		}
	}
}

// interrupted begins a wait of this timeout that ends with an event just when
// the loop is about to block, so that the timeout is left behind unused. A short
// one may be over before the loop gets as far.
func (w *world) interrupted(r, wr int, timeout time.Duration) {
	w.Helper()
	start := time.Now()
	got := w.wait(timeout, func() bool {
		if w.p.Asleep() {
			w.write(wr)
		}
		return false
	})
	over := timeout >= 0 && time.Since(start) >= timeout
	if len(got) != 1 && !over {
		w.Fatalf("got %v, want one event", got)
	}
	w.read(r)
}

// testTimeoutAfterAnother runs each timeout after each other, once when the one
// before it passed and once when an event cut it short.
func testTimeoutAfterAnother(w *world) {
	r, wr := w.pipe()
	w.add(r, poller.Readable)
	timeouts := []time.Duration{-1, time.Microsecond, 2 * time.Millisecond, 5 * time.Millisecond, time.Hour}
	for _, first := range timeouts {
		for _, second := range timeouts {
			w.interrupted(r, wr, first)
			w.interrupted(r, wr, second)
			w.interrupted(r, wr, first)
			if second >= 0 && second < time.Second {
				w.waitsOut(second)
			}
			if first >= 0 && first < time.Second {
				w.waitsOut(first)
				w.interrupted(r, wr, second)
			}
		}
	}
}

// testEarlierTimeoutPasses leaves a short timeout behind, and lets its moment
// pass during a wait without limit, and between two waits.
func testEarlierTimeoutPasses(w *world) {
	r, wr := w.pipe()
	token := w.add(r, poller.Readable)
	const short = 5 * time.Millisecond
	clock := newWorld(w.T, w.kind) // a second Poller, to wait with
	for _, timeout := range []time.Duration{-1, time.Hour} {
		w.interrupted(r, wr, short)
		written := make(chan struct{})
		go func() {
			defer close(written)
			_, err := clock.p.Wait(make([]poller.Event, 1), 4*short, nil)
			if err == nil {
				_, err = unix.Write(wr, []byte{1})
			}
			if err != nil {
				w.Error(err)
			}
		}()
		w.compare(w.wait(timeout, nil), ready{token: poller.Readable})
		<-written
		w.read(r)

		w.interrupted(r, wr, short)
		clock.waitsOut(2 * short)
		w.interrupted(r, wr, timeout)
		w.interrupted(r, wr, short)
		clock.waitsOut(2 * short)
		w.waitsOut(short)
	}
}

func testSaturates(w *world) {
	r, wr := w.pipe()
	w.add(r, poller.Readable)
	for _, timeout := range []time.Duration{
		math.MinInt64, math.MaxInt64, math.MaxInt64/2 + 1, math.MaxInt64 / 2,
		math.MaxInt32*time.Millisecond + 1, math.MaxInt32 * time.Millisecond, math.MaxUint32 * time.Millisecond,
	} {
		w.interrupted(r, wr, timeout)
		w.compare(w.wait(timeout, w.wakes), nil)
	}
	w.waitsOut(time.Millisecond)
}

// testLimitOfTheCall makes the system call give up before the timeout is over.
func testLimitOfTheCall(w *world) {
	if !w.p.LimitCall(time.Millisecond) {
		w.Skip("this kind has no limit")
	}
	r, _ := w.pipe()
	w.add(r, poller.Readable)
	w.waitsOut(10 * time.Millisecond)
	sleeps := 0
	start := time.Now()
	w.compare(w.wait(patience, func() bool {
		if w.p.Asleep() {
			sleeps++
		}
		return sleeps == 3
	}), nil)
	if time.Since(start) >= patience {
		w.Errorf("the limit was not met: the loop slept %d times", sleeps)
	}
}

func TestUnits(t *testing.T) {
	for _, row := range []struct {
		name    string
		timeout time.Duration
		millis  int
		micros  int64
	}{
		{"zero", 0, 0, 0},
		{"a nanosecond", 1, 1, 1},
		{"a microsecond", time.Microsecond, 1, 1},
		{"and a bit", time.Microsecond + 1, 1, 2},
		{"short of a millisecond", time.Millisecond - 1, 1, 1000},
		{"a millisecond", time.Millisecond, 1, 1000},
		{"just above", time.Millisecond + 1, 2, 1001},
		{"32 bits of milliseconds", math.MaxInt32 * time.Millisecond, math.MaxInt32, math.MaxInt32 * 1000},
		{"one more", math.MaxInt32*time.Millisecond + 1, math.MaxInt32, math.MaxInt32*1000 + 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := poller.Milliseconds(row.timeout); got != row.millis {
				t.Errorf("%d ms, want %d", got, row.millis)
			}
			tv := poller.Microseconds(row.timeout)
			if got := int64(tv.Sec)*1e6 + int64(tv.Usec); got != row.micros {
				t.Errorf("%d µs, want %d", got, row.micros)
			}
		})
	}
	if got := poller.Milliseconds(-5); got >= 0 {
		t.Errorf("a negative timeout gives %d ms", got)
	}
	if got := poller.Milliseconds(math.MaxInt64); got != math.MaxInt32 {
		t.Errorf("the longest timeout gives %d ms", got)
	}
}
