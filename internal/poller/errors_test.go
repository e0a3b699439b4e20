//go:build unix

package poller_test

import (
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/spindle-go/spindle/internal/poller"
)

func testAddErrors(w *world) {
	r, _ := w.pipe()
	taken, _ := w.pipe()
	w.add(taken, poller.Readable)
	closed, _ := w.pipe()
	w.close(closed)
	for _, row := range []struct {
		name string
		fd   int
		want poller.Readiness
		err  error
	}{
		{"negative", -1, poller.Readable, unix.EBADF},
		{"past 32 bits", int(math.MaxInt32 + 1 + int64(r)), poller.Readable, unix.EBADF},
		{"not open", closed, poller.Readable, unix.EBADF},
		{"registered", taken, poller.Writable, unix.EEXIST},
		{"asks for hangup", r, poller.Readable | poller.Hangup, poller.ErrInterest},
		{"asks for fault", r, poller.Fault, poller.ErrInterest},
		{"asks for invalid", r, poller.Invalid, poller.ErrInterest},
		{"asks for an unknown bit", r, 1 << 7, poller.ErrInterest},
	} {
		token, err := w.p.Add(row.fd, row.want)
		if !errors.Is(err, row.err) || token != 0 {
			w.Errorf("%s: got %x and %v, want %v", row.name, token, err, row.err)
		}
		var errno *os.SyscallError
		if row.err != poller.ErrInterest && !errors.As(err, &errno) {
			w.Errorf("%s: %v is not a syscall error", row.name, err)
		}
	}
	if w.p.Len() != 1 {
		w.Errorf("%d are registered, want 1", w.p.Len())
	}
	w.add(r, poller.Readable) // what failed left nothing behind
}

func testStaleToken(w *world) {
	r, wr := w.pipe()
	token := w.add(r, poller.Readable)
	w.checkIs(w.p.Modify(token, poller.Hangup), poller.ErrInterest)
	w.remove(token)
	if next := token + 1<<32; w.p.Current(next) {
		w.Errorf("%x, which was not given yet, is current", next)
	}
	again := w.add(r, poller.Readable)
	if again.Index() != token.Index() || again.Generation() == token.Generation() {
		w.Fatalf("place %d of generation %d follows %d of %d",
			again.Index(), again.Generation(), token.Index(), token.Generation())
	}
	other := again + 1 // of a place that does not exist
	for _, stale := range []poller.Token{0, token, other} {
		if w.p.Current(stale) {
			w.Errorf("%x is current", stale)
		}
		w.checkIs(w.p.Modify(stale, poller.Writable), poller.ErrStaleToken)
		w.checkIs(w.p.Remove(stale), poller.ErrStaleToken)
	}
	w.write(wr)
	w.expect(ready{again: poller.Readable})
}

// testGenerations lets a place run out of generations: the zero Token must name
// nothing even then.
func testGenerations(w *world) {
	r, wr := w.pipe()
	w.remove(w.add(r, poller.Readable))
	w.p.ExhaustGenerations()
	last := w.add(r, poller.Readable)
	if last.Generation() != math.MaxUint32 {
		w.Fatalf("generation %d", last.Generation())
	}
	w.write(wr)
	w.expect(ready{last: poller.Readable})
	w.remove(last)
	first := w.add(r, poller.Readable)
	if first == 0 || first.Generation() != 1 || w.p.Current(last) || w.p.Current(0) {
		w.Fatalf("%x follows %x", first, last)
	}
	w.expect(ready{first: poller.Readable})
}

func testNoRoom(w *world) {
	defer func() {
		if s := fmt.Sprint(recover()); !strings.Contains(s, "poller: Wait needs room") {
			w.Errorf("got %s", s)
		}
	}()
	_, err := w.p.Wait(nil, 0, nil)
	w.Errorf("Wait came back with %v", err)
}

func TestNewErrors(t *testing.T) {
	if p, err := poller.New(poller.Kind(9)); p != nil || !errors.Is(err, poller.ErrUnsupported) {
		t.Errorf("got %v and %v", p, err)
	}
}
