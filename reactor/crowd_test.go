//go:build unix

package reactor_test

import (
	"errors"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/spindle-go/spindle/reactor"
)

// TestCrowdLeaves has many descriptors go in all the ways that there are, some of them
// while others are being told: each is told once, or not at all if it was removed, who
// stays is served, and the memory of the table is given back.
func TestCrowdLeaves(t *testing.T) {
	const crowd = 3 * reactor.KeepSlots
	for name, row := range map[string]struct {
		leave func(w *world, all []*end)
		told  int // each of them
	}{
		"removed": {func(w *world, all []*end) {
			for _, e := range all {
				w.r.RemoveWriter(e)
			}
		}, 0},
		"the last first": {func(w *world, all []*end) {
			for i := range all {
				w.r.RemoveWriter(all[len(all)-1-i])
			}
		}, 0},
		"all at once": {func(w *world, all []*end) {
			if n := len(w.r.RemoveAll()); n != crowd+1 {
				w.Errorf("%d were removed", n)
			}
		}, 0},
		"by errors": {func(w *world, all []*end) {
			for _, e := range all {
				e.onWrite = func() error { return errEnough }
			}
		}, 1},
		"the first removes all": {func(w *world, all []*end) {
			all[0].onWrite = func() error {
				for _, e := range all {
					w.r.RemoveWriter(e)
				}
				return nil
			}
		}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, pollers(t)[0])
			stays, all := w.crowd(crowd)
			w.r.CallWhenRunning(func() {
				w.check(w.r.AddWriter(stays))
				for _, e := range all {
					w.check(w.r.AddWriter(e))
				}
				row.leave(w, all)
				var look func()
				look = func() {
					if w.r.Stats().Descriptors > 1 {
						w.r.CallLater(0, look)
						return
					}
					if n := w.r.SlotsCap(); n > reactor.KeepSlots {
						w.Errorf("there is room for %d descriptors, and one is left", n)
					}
					w.check(w.r.AddWriter(stays))
					before := stays.writes
					w.r.CallLater(0, func() { // by then it was served
						if stays.writes == before {
							w.Error("who stays was not served")
						}
						w.check(w.r.Stop())
					})
				}
				w.r.CallLater(0, look)
			})
			w.run()
			for i, e := range all {
				if len(e.lost) != row.told || row.told > 0 && !errors.Is(e.lost[0], errEnough) {
					t.Fatalf("descriptor %d was told %v", i, e.lost)
				}
			}
			stays.wantLost(reactor.ErrStopped)
		})
	}
}

// TestCrowdLeavesAtTheEnd is what Stop does to many.
func TestCrowdLeavesAtTheEnd(t *testing.T) {
	w := newWorld(t, pollers(t)[0])
	_, all := w.crowd(3 * reactor.KeepSlots)
	all[len(all)/2].onLost = func() { // somebody takes others along
		for _, e := range all[len(all)-10:] {
			w.r.RemoveWriter(e)
		}
	}
	w.r.CallWhenRunning(func() {
		for _, e := range all {
			w.check(w.r.AddWriter(e))
		}
		w.check(w.r.Stop())
	})
	w.run()
	for i, e := range all {
		want := 1
		if i >= len(all)-10 {
			want = 0
		}
		if len(e.lost) != want {
			t.Fatalf("descriptor %d was told %v", i, e.lost)
		}
	}
}

// crowd returns one socket and n others, all of which can be written. It skips the
// test where the process may not have that many.
func (w *world) crowd(n int) (one *end, others []*end) {
	w.Helper()
	var limit unix.Rlimit
	w.check(unix.Getrlimit(unix.RLIMIT_NOFILE, &limit))
	if uint64(limit.Cur) < uint64(n)+100 {
		w.Skipf("SKIPPED: the process may have %d descriptors, the test needs %d", limit.Cur, n)
	}
	one, _ = w.pair()
	for len(others) < n {
		a, b := w.pair()
		others = append(others, a, b)
	}
	return one, others
}
