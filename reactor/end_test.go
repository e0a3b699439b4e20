//go:build unix

package reactor_test

import (
	"errors"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/spindle-go/spindle/failure"
)

// end is a descriptor that does what a test wants, and counts what happens to it.
type end struct {
	w       *world
	fd      int
	onRead  func() error
	onWrite func() error
	onLost  func()

	reads, writes int
	lost          []error
}

func (e *end) FD() int { return e.fd }

func (e *end) DoRead() error {
	e.reads++
	if e.onRead != nil {
		return e.onRead()
	}
	e.drain()
	return nil
}

func (e *end) DoWrite() error {
	e.writes++
	if e.onWrite != nil {
		return e.onWrite()
	}
	return nil
}

func (e *end) ConnectionLost(reason *failure.Failure) {
	e.lost = append(e.lost, reason)
	if e.onLost != nil {
		e.onLost()
	}
}

// drain reads what there is, and returns how much that was.
func (e *end) drain() int {
	var buf [4096]byte
	n, err := unix.Read(e.fd, buf[:])
	if err != nil && !errors.Is(err, unix.EAGAIN) {
		e.w.Errorf("read: %v", err)
	}
	return max(n, 0)
}

// send writes one byte.
func (e *end) send() {
	if _, err := unix.Write(e.fd, []byte{1}); err != nil {
		e.w.Errorf("write: %v", err)
	}
}

// close closes the number, once.
func (e *end) close() {
	if e.fd >= 0 {
		e.w.check(unix.Close(e.fd))
		e.fd = -1
	}
}

// wantLost fails unless the end was told of these reasons, in this order.
func (e *end) wantLost(reasons ...error) {
	e.w.Helper()
	if len(e.lost) != len(reasons) {
		e.w.Fatalf("ConnectionLost came with %v, want %v", e.lost, reasons)
	}
	for i, reason := range reasons {
		e.w.checkIs(e.lost[i], reason)
	}
}

// end returns an end that is closed when the test is over.
func (w *world) end(fd int) *end {
	e := &end{w: w, fd: fd}
	w.Cleanup(e.close)
	return e
}

// pair returns two connected sockets.
func (w *world) pair() (a, b *end) {
	w.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	w.check(err)
	for _, fd := range fds {
		w.check(unix.SetNonblock(fd, true))
		unix.CloseOnExec(fd)
	}
	return w.end(fds[0]), w.end(fds[1])
}

// pipe returns the ends of a pipe.
func (w *world) pipe() (r, wr *end) {
	w.Helper()
	var fds [2]int
	w.check(unix.Pipe(fds[:]))
	for _, fd := range fds {
		w.check(unix.SetNonblock(fd, true))
		unix.CloseOnExec(fd)
	}
	return w.end(fds[0]), w.end(fds[1])
}

// twin returns another descriptor object with e's number, which e closes.
func (e *end) twin() *end { return &end{w: e.w, fd: e.fd} }

// file returns a regular file with some bytes in it.
func (w *world) file() *end {
	w.Helper()
	path := filepath.Join(w.TempDir(), "file")
	w.check(os.WriteFile(path, []byte("text"), 0o600))
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_CLOEXEC, 0)
	w.check(err)
	return w.end(fd)
}

// reopen closes e's number without a word and has another socket get it; its peer
// is the second result.
func (e *end) reopen() (other, peer *end) {
	e.w.Helper()
	other, peer = e.w.pair()
	e.w.check(unix.Dup2(other.fd, e.fd))
	other.close()
	other.fd, e.fd = e.fd, -1
	return other, peer
}
