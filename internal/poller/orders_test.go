//go:build unix

package poller_test

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/spindle-go/spindle/internal/poller"
)

// orders are the orders in which a descriptor can be closed, its number given
// out again, and its registration removed. Each ends with a registration of the
// number, and the pipe's end to write to for it. A bystander is registered all
// the while.
var orders = []struct {
	name string
	run  func(w *world) (fd, wr int, last poller.Token)
}{
	{"remove, close", func(w *world) (int, int, poller.Token) {
		fd, old := w.victim()
		w.remove(old)
		w.close(fd)
		return w.reuse(fd)
	}},
	{"close, remove", func(w *world) (int, int, poller.Token) {
		fd, old := w.victim()
		w.close(fd)
		w.remove(old)
		return w.reuse(fd)
	}},
	{"close, used again, remove", func(w *world) (int, int, poller.Token) {
		fd, old := w.victim()
		wr := w.pipeAt(fd)
		w.remove(old)
		return fd, wr, w.add(fd, poller.Readable)
	}},
	{"close, used again, add too early, remove", func(w *world) (int, int, poller.Token) {
		fd, old := w.victim()
		wr := w.pipeAt(fd)
		_, err := w.p.Add(fd, poller.Readable)
		w.checkIs(err, unix.EEXIST)
		w.remove(old)
		return fd, wr, w.add(fd, poller.Readable)
	}},
	{"close, used again by a file, remove", func(w *world) (int, int, poller.Token) {
		fd, old := w.victim()
		w.move(w.file(), fd)
		w.remove(old)
		file := w.add(fd, poller.Readable)
		w.bystands(ready{file: poller.Readable})
		wr := w.pipeAt(fd)
		w.remove(file)
		return fd, wr, w.add(fd, poller.Readable)
	}},
	{"duplicate lives, remove", func(w *world) (int, int, poller.Token) {
		fd, old := w.victim()
		w.dup(fd)
		w.close(fd)
		w.remove(old)
		return w.reuse(fd)
	}},
	{"duplicate lives, used again, remove", func(w *world) (int, int, poller.Token) {
		fd, old := w.victim()
		w.dup(fd)
		wr := w.pipeAt(fd)
		w.remove(old)
		return fd, wr, w.add(fd, poller.Readable)
	}},
	{"duplicate comes back before remove", func(w *world) (int, int, poller.Token) {
		fd, wr := w.pipe()
		token := w.add(fd, poller.Readable)
		dup := w.dup(fd)
		w.close(fd)
		w.move(dup, fd)
		return fd, wr, token
	}},
	{"duplicate comes back after remove", func(w *world) (int, int, poller.Token) {
		fd, wr := w.pipe()
		old := w.add(fd, poller.Readable)
		dup := w.dup(fd)
		w.close(fd)
		w.remove(old)
		w.move(dup, fd)
		return fd, wr, w.add(fd, poller.Readable)
	}},
	{"duplicates live, one removed after the other", func(w *world) (int, int, poller.Token) {
		fd, old := w.victim()
		fd2, old2 := w.victim()
		w.dup(fd)
		w.dup(fd2)
		w.close(fd)
		w.close(fd2)
		w.remove(old)
		w.wait(0, nil) // epoll makes a new instance, perhaps with one of the numbers
		w.remove(old2)
		w.wait(0, nil)
		fd3, wr := w.pipe()
		return fd3, wr, w.add(fd3, poller.Readable)
	}},
}

// victim registers a pipe's end that is readable.
func (w *world) victim() (fd int, token poller.Token) {
	w.Helper()
	fd, wr := w.pipe()
	token = w.add(fd, poller.Readable)
	w.write(wr)
	return fd, token
}

// reuse gives the number to a new pipe and registers it.
func (w *world) reuse(fd int) (int, int, poller.Token) {
	w.Helper()
	wr := w.pipeAt(fd)
	return fd, wr, w.add(fd, poller.Readable)
}

// bystands fails unless just these are ready, however a wait comes to it.
func (w *world) bystands(want ready) {
	w.Helper()
	w.expect(want)
	w.compare(w.wait(patience, nil), want)
}

func testOrders(w *world) {
	for _, row := range orders {
		w.Run(row.name, func(t *testing.T) { runOrder(newWorld(t, w.kind), row.run) })
	}
	w.Run("closed, never removed", func(t *testing.T) { testClosedOnly(newWorld(t, w.kind)) })
	w.Run("new instance, number of what is gone", func(t *testing.T) { testInstanceNumber(newWorld(t, w.kind)) })
	w.Run("new instance, number of a file", func(t *testing.T) { testInstanceFile(newWorld(t, w.kind)) })
	w.Run("modify what is gone", func(t *testing.T) { testModifyGone(newWorld(t, w.kind)) })
}

// runOrder runs one order and then looks at what it left: the registration
// works, nothing else is reported, and a wait sleeps.
func runOrder(w *world, run func(w *world) (fd, wr int, last poller.Token)) {
	_, byWr := w.pipe()
	bystander := w.add(byWr, 0)
	file := w.add(w.file(), 0)
	fd, wr, last := run(w)
	if w.p.Len() != 3 {
		w.Fatalf("%d are registered, want 3", w.p.Len())
	}
	asked := 0
	start := time.Now()
	w.compare(w.wait(10*time.Millisecond, func() bool { asked++; return false }), nil)
	if passed := time.Since(start); passed < 10*time.Millisecond {
		w.Fatalf("the wait ended after %v", passed)
	}
	if asked > 20 {
		w.Fatalf("the wait went to sleep %d times: something keeps it awake", asked)
	}
	w.write(wr)
	w.bystands(ready{last: poller.Readable})
	w.modify(bystander, poller.Writable)
	w.bystands(ready{last: poller.Readable, bystander: poller.Writable})
	w.modify(file, poller.Readable)
	w.modify(last, 0)
	w.bystands(ready{file: poller.Readable, bystander: poller.Writable})
	w.modify(last, poller.Readable)
	w.bystands(ready{last: poller.Readable, file: poller.Readable, bystander: poller.Writable})
	w.remove(last)
	w.close(fd)
	w.bystands(ready{file: poller.Readable, bystander: poller.Writable})
}

// testClosedOnly never removes what it closed: Invalid for that registration
// alone, or silence from epoll, and the others go on.
func testClosedOnly(w *world) {
	_, byWr := w.pipe()
	bystander := w.add(byWr, poller.Writable)
	want := ready{bystander: poller.Writable}
	var gone []poller.Token
	var fds []int
	for _, interest := range []poller.Readiness{poller.Readable, poller.Writable, both, 0} {
		fd, _ := w.pipe()
		token := w.add(fd, interest)
		gone, fds = append(gone, token), append(fds, fd)
		if w.kind != poller.Epoll && (interest != 0 || !w.silentAtNone()) {
			want[token] = poller.Invalid
		}
	}
	for _, fd := range fds {
		w.close(fd)
	}
	w.bystands(want)
	w.bystands(want)
	seen := ready{}
	for range 2 * len(want) {
		var one [1]poller.Event
		n, err := w.p.Wait(one[:], -1, nil)
		w.check(err)
		if n == 1 {
			seen[one[0].Token] = one[0].Ready
		}
	}
	w.compare(seen, want)
	for _, token := range gone {
		w.remove(token)
	}
	w.bystands(ready{bystander: poller.Writable})
}

// haunt leaves behind what keeps epoll awake: the next Wait has to make a new
// instance.
func (w *world) haunt() {
	w.Helper()
	fd, old := w.victim()
	w.dup(fd)
	w.close(fd)
	w.remove(old)
}

// testInstanceNumber lets the new instance get the number of a descriptor that
// was closed and not removed.
func testInstanceNumber(w *world) {
	first, _ := w.pipe()
	gone := w.add(first, poller.Readable)
	alive, _ := w.victim()
	w.haunt()
	w.close(first) // the lowest number that is free
	want := ready{}
	if w.kind != poller.Epoll {
		want[gone] = poller.Invalid
	}
	w.read(alive)
	w.expect(want)
	w.expect(want)
	w.remove(gone)
	w.waitsOut(time.Millisecond)
}

// testInstanceFile lets a new instance be made when the number of a file, which
// is always ready, leads to a pipe. It must be reported once.
func testInstanceFile(w *world) {
	fd := w.file()
	token := w.add(fd, poller.Readable)
	w.close(fd)
	w.write(w.pipeAt(fd))
	w.haunt()
	w.bystands(ready{token: poller.Readable})
	w.bystands(ready{token: poller.Readable})
	w.remove(token)
	w.waitsOut(time.Millisecond)
}

// testModifyGone changes the interest in a descriptor that was closed: epoll
// says so, with the others Wait does.
func testModifyGone(w *world) {
	fd, _ := w.pipe()
	token := w.add(fd, 0)
	w.close(fd)
	if w.kind == poller.Epoll {
		w.checkIs(w.p.Modify(token, poller.Readable), unix.EBADF)
		w.move(w.file(), fd)
		w.checkIs(w.p.Modify(token, poller.Readable), unix.EPERM)
		w.pipeAt(fd)
		w.checkIs(w.p.Modify(token, poller.Readable), unix.ENOENT)
	} else {
		w.modify(token, poller.Readable)
		w.expect(ready{token: poller.Invalid})
	}
	w.remove(token)
}
