package poller_test

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/spindle-go/spindle/internal/poller"
)

// TestRenewOutOfDescriptors needs a new epoll instance when no descriptor can be
// had. Wait says so, unless it has events, and goes on once there is one.
func TestRenewOutOfDescriptors(t *testing.T) {
	w := newWorld(t, poller.Epoll)
	fd, old := w.victim()
	_, wr := w.pipe()
	other := w.add(wr, poller.Writable)
	w.dup(fd)
	w.close(fd)
	w.remove(old)

	var limit unix.Rlimit
	w.check(unix.Getrlimit(unix.RLIMIT_NOFILE, &limit))
	none := limit
	none.Cur = 0
	w.check(unix.Setrlimit(unix.RLIMIT_NOFILE, &none))
	var events [4]poller.Event
	withEvent, eventErr := w.p.Wait(events[:], 0, nil)
	modifyErr := w.p.Modify(other, 0)
	without, err := w.p.Wait(events[:], 0, nil)
	w.check(unix.Setrlimit(unix.RLIMIT_NOFILE, &limit))

	w.check(eventErr)
	w.check(modifyErr)
	if withEvent != 1 || without != 0 {
		t.Errorf("got %d and %d events", withEvent, without)
	}
	w.checkIs(err, unix.EMFILE)
	w.waitsOut(time.Millisecond)
	w.modify(other, poller.Writable)
	w.bystands(ready{other: poller.Writable})
}
