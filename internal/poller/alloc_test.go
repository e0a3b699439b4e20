//go:build unix

package poller_test

import (
	"testing"
	"time"

	"github.com/spindle-go/spindle/internal/poller"
)

// testAllocations counts what a turn of the loop allocates: nothing.
func testAllocations(w *world) {
	r, wr := w.pipe()
	token := w.add(r, poller.Readable)
	_, other := w.pipe()
	busy := w.add(other, 0)
	file := w.add(w.file(), 0)
	events := make([]poller.Event, 16)
	idle := func() bool { return false }
	speaks := func() bool {
		if w.p.Asleep() {
			w.write(wr)
		}
		return false
	}
	wait := func(timeout time.Duration, work func() bool) int {
		n, err := w.p.Wait(events, timeout, work)
		w.check(err)
		return n
	}
	for _, row := range []struct {
		name string
		run  func()
	}{
		{"Wait that does not wait", func() { wait(0, nil) }},
		{"Wait that times out", func() { wait(time.Microsecond, idle) }},
		{"Wait that is woken", func() { wait(-1, w.wakes) }},
		{"Wait that sleeps until an event", func() {
			if wait(time.Hour, speaks) != 1 {
				w.Fatal("no event")
			}
			w.read(r)
		}},
		{"Wait with an event, and Modify", func() {
			w.modify(busy, poller.Writable)
			if wait(-1, nil) != 1 {
				w.Fatal("no event")
			}
			w.modify(busy, 0)
		}},
		{"Wait with a file, and Modify", func() {
			w.modify(file, both)
			if wait(-1, nil) != 1 {
				w.Fatal("no event")
			}
			w.modify(file, 0)
		}},
		{"Wake of a loop that is awake", func() { w.check(w.p.Wake()) }},
		{"Current", func() { w.p.Current(token) }},
	} {
		if n := testing.AllocsPerRun(100, row.run); n != 0 {
			w.Errorf("%s allocates %v times", row.name, n)
		}
	}
}
