//go:build unix

package poller_test

import (
	"errors"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/spindle-go/spindle/internal/poller"
)

func testClose(w *world) {
	r, wr := w.pipe()
	before := len(openDescriptors())
	p, err := poller.New(w.kind)
	w.check(err)
	token, err := p.Add(r, poller.Readable)
	w.check(err)
	w.write(wr)
	w.check(p.Close())
	w.check(p.Close())
	if after := len(openDescriptors()); after != before {
		w.Errorf("%d descriptors were open before, %d after", before, after)
	}
	if w.read(r) != 1 {
		w.Error("the registered descriptor was closed")
	}
	if p.Current(token) || p.Len() != 0 {
		w.Errorf("after Close: current %v, %d registered", p.Current(token), p.Len())
	}
	_, addErr := p.Add(r, poller.Readable)
	_, waitErr := p.Wait(make([]poller.Event, 1), -1, nil)
	for name, err := range map[string]error{
		"Add":    addErr,
		"Modify": p.Modify(token, poller.Writable),
		"Remove": p.Remove(token),
		"Wait":   waitErr,
		"Wake":   p.Wake(),
	} {
		if !errors.Is(err, poller.ErrClosed) {
			w.Errorf("%s answers %v", name, err)
		}
	}
}

// TestNewOutOfDescriptors lets New fail at each descriptor that it opens.
// Nothing may be left behind.
func TestNewOutOfDescriptors(t *testing.T) {
	for _, kind := range kinds(t) {
		t.Run(kind.String(), func(t *testing.T) {
			w := newWorld(t, kind)
			var limit unix.Rlimit
			w.check(unix.Getrlimit(unix.RLIMIT_NOFILE, &limit))
			r, wr := w.pipe()
			// Fill the holes below, so that the next number is the highest.
			for fd := w.dup(r); fd < wr; {
				fd = w.dup(r)
			}
			top := w.dup(r)
			failed, p := 0, (*poller.Poller)(nil)
			for room := 1; p == nil; room++ {
				low := limit
				setLimit(&low, top+room)
				w.check(unix.Setrlimit(unix.RLIMIT_NOFILE, &low))
				var err error
				p, err = poller.New(kind)
				w.check(unix.Setrlimit(unix.RLIMIT_NOFILE, &limit))
				if err != nil {
					w.checkIs(err, unix.EMFILE)
					failed++
				}
				if p == nil {
					next := w.dup(r) // the lowest number that is free
					if next != top+1 {
						w.Fatalf("with room for %d: the next number is %d, want %d", room-1, next, top+1)
					}
					w.close(next)
				}
			}
			w.check(p.Close())
			if failed == 0 {
				w.Error("New did not fail")
			}
		})
	}
}

// setLimit sets the current limit, whose type is not the same everywhere.
func setLimit(limit *unix.Rlimit, n int) {
	limit.Cur = 0
	for range n {
		limit.Cur++
	}
}
