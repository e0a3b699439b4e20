//go:build unix

package poller_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/spindle-go/spindle/internal/poller"
)

// patience is how long a test waits for what must come.
const patience = 20 * time.Second

// both is all that can be asked for.
const both = poller.Readable | poller.Writable

// world is one Poller and the descriptors that a test plays with.
type world struct {
	*testing.T
	kind poller.Kind
	p    *poller.Poller
	open map[int]bool // descriptors to close at the end
	buf  [4096]byte   // for read and write
}

// newWorld makes a Poller of a kind; everything is closed when the test ends.
func newWorld(t *testing.T, kind poller.Kind) *world {
	t.Helper()
	p, err := poller.New(kind)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, kind: kind, p: p, open: map[int]bool{}}
	t.Cleanup(func() {
		w.check(p.Close())
		for fd := range w.open {
			w.check(unix.Close(fd))
		}
	})
	return w
}

func (w *world) check(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// checkIs fails unless err is the target.
func (w *world) checkIs(err, target error) {
	w.Helper()
	if !errors.Is(err, target) {
		w.Fatalf("got error %v, want %v", err, target)
	}
}

// pipe opens a non-blocking pipe.
func (w *world) pipe() (r, wr int) {
	w.Helper()
	var fds [2]int
	w.check(unix.Pipe(fds[:]))
	for _, fd := range fds {
		w.check(unix.SetNonblock(fd, true))
		w.open[fd] = true
	}
	return fds[0], fds[1]
}

// file opens a new regular file with one byte in it.
func (w *world) file() int {
	w.Helper()
	path := filepath.Join(w.TempDir(), "file")
	w.check(os.WriteFile(path, []byte("x"), 0o600))
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_CLOEXEC, 0)
	w.check(err)
	w.open[fd] = true
	return fd
}

// dup makes another descriptor of the same file.
func (w *world) dup(fd int) int {
	w.Helper()
	dup, err := unix.Dup(fd)
	w.check(err)
	w.open[dup] = true
	return dup
}

// move makes from's file available as to, and closes from and what to was.
func (w *world) move(from, to int) {
	w.Helper()
	if from == to {
		return
	}
	w.check(unix.Dup2(from, to))
	w.open[to] = true
	w.close(from)
}

// pipeAt opens a pipe whose reading end has this number, which must be one that
// was closed or can be, and returns the writing end.
func (w *world) pipeAt(fd int) (wr int) {
	w.Helper()
	r, wr := w.pipe()
	if wr == fd {
		wr = w.dup(wr)
	}
	w.move(r, fd)
	return wr
}

func (w *world) close(fd int) {
	w.Helper()
	delete(w.open, fd)
	w.check(unix.Close(fd))
}

// write writes one byte.
func (w *world) write(fd int) {
	w.Helper()
	_, err := unix.Write(fd, w.buf[:1])
	w.check(err)
}

// read takes what is there and returns how much it was.
func (w *world) read(fd int) int {
	w.Helper()
	n, err := unix.Read(fd, w.buf[:])
	if errors.Is(err, unix.EAGAIN) {
		return 0
	}
	w.check(err)
	return n
}

func (w *world) add(fd int, want poller.Readiness) poller.Token {
	w.Helper()
	token, err := w.p.Add(fd, want)
	w.check(err)
	return token
}

func (w *world) modify(token poller.Token, want poller.Readiness) {
	w.Helper()
	w.check(w.p.Modify(token, want))
}

func (w *world) remove(token poller.Token) {
	w.Helper()
	w.check(w.p.Remove(token))
}

// wait returns what Wait gave, by token.
func (w *world) wait(timeout time.Duration, work func() bool) map[poller.Token]poller.Readiness {
	w.Helper()
	events := make([]poller.Event, 64)
	n, err := w.p.Wait(events, timeout, work)
	w.check(err)
	got := map[poller.Token]poller.Readiness{}
	for _, ev := range events[:n] {
		if _, twice := got[ev.Token]; twice {
			w.Fatalf("%x is in one batch twice", ev.Token)
		}
		if !w.p.Current(ev.Token) {
			w.Fatalf("%x was reported and is not current", ev.Token)
		}
		got[ev.Token] = ev.Ready
	}
	return got
}

// expect fails unless these are ready now, in just this way.
func (w *world) expect(want map[poller.Token]poller.Readiness) {
	w.Helper()
	w.compare(w.wait(0, nil), want)
}

func (w *world) compare(got, want map[poller.Token]poller.Readiness) {
	w.Helper()
	for token, ready := range want {
		if got[token] != ready {
			w.Fatalf("%x is %v, want %v; all of it: got %v, want %v", token, got[token], ready, got, want)
		}
	}
	if len(got) != len(want) {
		w.Fatalf("got %v, want %v", got, want)
	}
}

// expectNothing fails when anything is ready.
func (w *world) expectNothing() {
	w.Helper()
	w.expect(nil)
}

// silentAtNone reports whether nothing at all is said of interest 0.
func (w *world) silentAtNone() bool {
	return w.kind == poller.Select || w.kind == poller.Poll && runtime.GOOS == "darwin"
}
