//go:build unix

package poller_test

import (
	"time"

	"github.com/spindle-go/spindle/internal/poller"
)

// testAsksForNobody counts them where nothing is registered: the sleep alone needs one.
func testAsksForNobody(w *world) {
	r, _ := w.pipe()
	w.remove(w.add(r, poller.Readable))
	asks := 0
	w.p.CountAsks(&asks)
	events := make([]poller.Event, 4)
	for _, row := range []struct {
		name    string
		timeout time.Duration
		work    func() bool
		want    int
	}{
		{"without waiting", 0, nil, 0},
		{"asleep and woken", -1, w.wakes, 1},
		{"asleep until the end", time.Millisecond, nil, 1},
	} {
		asks = 0
		n, err := w.p.Wait(events, row.timeout, row.work)
		w.check(err)
		if n != 0 {
			w.Errorf("%s: %d events", row.name, n)
		}
		if asks < row.want || asks > row.want && row.timeout <= 0 {
			w.Errorf("%s: the kernel was asked %d times, want %d", row.name, asks, row.want)
		}
	}
}

// testAsks counts the system calls of a Wait: one when there is an event, however
// long it would wait, and no more than the zero polls and the sleep itself otherwise.
func testAsks(w *world) {
	r, wr := w.pipe()
	w.add(r, poller.Readable)
	asks := 0
	w.p.CountAsks(&asks)
	events := make([]poller.Event, 4)
	busy := func() bool { return true }
	idle := func() bool { return false }
	for _, row := range []struct {
		name     string
		readable bool
		timeout  time.Duration
		work     func() bool
		want     int
		wrote    uint64
	}{
		{"an event, without waiting", true, 0, nil, 1, 0},
		{"an event, with a timeout", true, time.Hour, idle, 1, 0},
		{"an event, for ever", true, -1, idle, 1, 0},
		{"nothing, without waiting", false, 0, idle, 1, 0},
		{"work", false, -1, busy, 1, 0},
		{"asleep and woken", false, -1, w.wakes, w.kind.ZeroPolls() + 1, 1},
	} {
		if row.readable {
			w.write(wr)
		}
		asks = 0
		before := w.p.Wakeups()
		n, err := w.p.Wait(events, row.timeout, row.work)
		w.check(err)
		if (n == 1) != row.readable || n > 1 {
			w.Errorf("%s: %d events", row.name, n)
		}
		if asks != row.want {
			w.Errorf("%s: the kernel was asked %d times, want %d", row.name, asks, row.want)
		}
		if wrote := w.p.Wakeups() - before; wrote != row.wrote {
			w.Errorf("%s: %d bytes were written to the waker's pipe, want %d", row.name, wrote, row.wrote)
		}
		w.read(r)
	}
}
