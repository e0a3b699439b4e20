//go:build unix

package poller_test

import (
	"testing"

	"golang.org/x/sys/unix"

	"github.com/spindle-go/spindle/internal/poller"
)

// ready is what is expected of each token.
type ready = map[poller.Token]poller.Readiness

func testReadable(w *world) {
	r, wr := w.pipe()
	token := w.add(r, both)
	w.expectNothing()
	w.write(wr)
	w.expect(ready{token: poller.Readable})
	w.expect(ready{token: poller.Readable}) // again: level-triggered
	w.modify(token, poller.Writable)
	w.expectNothing()
	w.modify(token, poller.Readable)
	w.compare(w.wait(-1, nil), ready{token: poller.Readable})
	w.read(r)
	w.expectNothing()
}

func testWritable(w *world) {
	_, wr := w.pipe()
	token := w.add(wr, poller.Readable)
	w.expectNothing()
	w.modify(token, both)
	w.expect(ready{token: poller.Writable})
	for {
		if _, err := unix.Write(wr, make([]byte, 4096)); err != nil {
			w.checkIs(err, unix.EAGAIN)
			break
		}
	}
	w.expectNothing()
}

func testEndOfFile(w *world) {
	r, wr := w.pipe()
	token := w.add(r, poller.Readable)
	w.write(wr)
	w.close(wr)
	got := w.wait(-1, nil)[token]
	if got&poller.Readable == 0 {
		w.Fatalf("a byte and the end of file give %v", got)
	}
	w.read(r)
	got = w.wait(-1, nil)[token]
	if got&(poller.Readable|poller.Hangup) == 0 {
		w.Fatalf("the end of file gives %v", got)
	}
}

func testNoReader(w *world) {
	r, wr := w.pipe()
	token := w.add(wr, poller.Writable)
	w.close(r)
	got := w.wait(-1, nil)[token]
	if got == 0 || w.kind != poller.Select && got&(poller.Fault|poller.Hangup) == 0 {
		w.Fatalf("a pipe without a reader gives %v", got)
	}
}

func testSockets(w *world) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	w.check(err)
	w.open[fds[0]], w.open[fds[1]] = true, true
	token := w.add(fds[0], both)
	w.expect(ready{token: poller.Writable})
	w.check(unix.Shutdown(fds[1], unix.SHUT_WR))
	if got := w.wait(0, nil)[token]; got&poller.Readable == 0 {
		w.Fatalf("the peer's half close gives %v", got)
	}
	w.close(fds[1])
	got := w.wait(0, nil)[token]
	if got&poller.Readable == 0 || w.kind != poller.Select && got&poller.Hangup == 0 {
		w.Fatalf("a peer that is gone gives %v", got)
	}
}

// testInterestNone is about a registration that asks for nothing: a hang-up is
// reported all the same, at each wait, where the system can.
func testInterestNone(w *world) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	w.check(err)
	w.open[fds[0]], w.open[fds[1]] = true, true
	token := w.add(fds[0], 0)
	w.write(fds[1])
	w.expectNothing()
	w.close(fds[1])
	if w.silentAtNone() {
		w.expectNothing()
	} else {
		w.expect(ready{token: poller.Hangup})
		w.expect(ready{token: poller.Hangup})
	}
	w.remove(token)
	w.expectNothing()
}

// testEachInItsTurn takes events one at a time: none may be starved by others
// that stay ready.
func testEachInItsTurn(w *world) {
	const count = 10
	for range count {
		_, wr := w.pipe()
		w.add(wr, poller.Writable)
	}
	seen := map[poller.Token]bool{}
	for range 2 * count {
		var one [1]poller.Event
		n, err := w.p.Wait(one[:], -1, nil)
		w.check(err)
		if n != 1 {
			w.Fatalf("got %d events", n)
		}
		seen[one[0].Token] = true
	}
	if len(seen) != count {
		w.Fatalf("%d of %d got their turn", len(seen), count)
	}
}

func TestNames(t *testing.T) {
	for _, row := range []struct{ name, got, want string }{
		{"best", poller.Best.String(), "best"},
		{"epoll", poller.Epoll.String(), "epoll"},
		{"poll", poller.Poll.String(), "poll"},
		{"select", poller.Select.String(), "select"},
		{"unknown kind", poller.Kind(9).String(), "unknown"},
		{"no readiness", poller.Readiness(0).String(), "none"},
		{"two bits", (poller.Readable | poller.Hangup).String(), "readable|hangup"},
		{"all bits", poller.Readiness(255).String(), "readable|writable|hangup|fault|invalid|unknown"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if row.got != row.want {
				t.Errorf("got %q, want %q", row.got, row.want)
			}
		})
	}
}

func TestBestIsDefault(t *testing.T) {
	w := newWorld(t, poller.Best)
	if got := w.p.Kind(); got != poller.Default() || got == poller.Best {
		t.Errorf("a Poller of the best kind is %v, Default is %v", got, poller.Default())
	}
}
