//go:build unix

package reactor_test

import (
	"errors"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/spindle-go/spindle/reactor"
)

func TestAddBadNumber(t *testing.T) {
	forEachPoller(t, func(w *world) {
		// The poller is opened before, or its own pipe would get the number.
		other, _ := w.pair()
		w.check(w.r.AddReader(other))
		gone, _ := w.pair()
		closed := gone.twin()
		gone.close()
		for _, e := range []*end{gone, closed} {
			w.checkIs(w.r.AddReader(e), reactor.ErrBadDescriptor)
			w.checkIs(w.r.AddWriter(e), reactor.ErrBadDescriptor)
			w.r.RemoveReader(e)
			w.r.RemoveWriter(e)
			e.wantLost()
		}
		w.checkIs(w.r.AddReader(closed), unix.EBADF)
		w.check(w.r.Close())
	})
}

// TestSelectLimit adds a number that select(2) cannot take.
func TestSelectLimit(t *testing.T) {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	if limit.Cur <= unix.FD_SETSIZE {
		t.Fatalf("the process may open %d descriptors only", limit.Cur)
	}
	forEachPoller(t, func(w *world) {
		a, _ := w.pair()
		high := a.twin()
		high.fd = unix.FD_SETSIZE
		w.check(unix.Dup2(a.fd, high.fd))
		w.Cleanup(high.close)
		err := w.r.AddReader(high)
		if w.kind == reactor.Select {
			w.checkIs(err, reactor.ErrTooManyDescriptors)
		} else {
			w.check(err)
		}
		w.check(w.r.Close())
	})
}

// TestClosedWithoutRemove closes the number of a descriptor without a word. Poll
// and select report it, and it is given up alone; epoll has forgotten it, and says
// nothing until the end.
func TestClosedWithoutRemove(t *testing.T) {
	forEachPoller(t, func(w *world) {
		a, _ := w.pair()
		stale := a.twin()
		other, peer := w.pair()
		w.check(w.r.AddReader(stale))
		w.check(w.r.AddReader(other))
		w.r.CallWhenRunning(func() {
			a.close()
			peer.send()
			w.stopSoon()
		})
		w.run()
		want := reactor.ErrBadDescriptor
		if w.kind == reactor.Epoll {
			want = reactor.ErrStopped
		}
		stale.wantLost(want)
		other.wantLost(reactor.ErrStopped)
		if stale.reads > 0 || other.reads != 1 {
			w.Errorf("the closed one was read %d times and the other %d", stale.reads, other.reads)
		}
	})
}

// TestGoneNumber has a file live on by a duplicate, when its descriptor says that
// it is gone: the event is not its any more.
func TestGoneNumber(t *testing.T) {
	forEachPoller(t, func(w *world) {
		a, b := w.pair()
		gone := a.twin()
		w.check(w.r.AddReader(gone))
		gone.fd = -1
		b.send()
		w.r.CallWhenRunning(w.stopSoon)
		w.run()
		gone.wantLost(reactor.ErrBadDescriptor)
		if gone.reads > 0 {
			w.Error("DoRead was called")
		}
	})
}

// TestRemoveAfterClose is the wrong order, which must do no harm to whoever has
// the number by then.
func TestRemoveAfterClose(t *testing.T) {
	tests := []struct {
		name string
		gone bool // FD is negative after the close
	}{
		{"with a negative number", true},
		{"with the old number", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			forEachPoller(t, func(w *world) {
				a, _ := w.pair()
				fd := a.fd
				w.check(w.r.AddReader(a))
				fresh, peer := a.reopen()
				if !test.gone {
					a.fd = fd
				}
				w.r.RemoveReader(a)
				a.fd = -1
				w.check(w.r.AddReader(fresh))
				peer.send()
				w.r.CallWhenRunning(w.stopSoon)
				w.run()
				a.wantLost()
				fresh.wantLost(reactor.ErrStopped)
				if a.reads > 0 || fresh.reads != 1 {
					w.Errorf("%d reads of the old one and %d of the new", a.reads, fresh.reads)
				}
			})
		})
	}
}

// TestRemoveOneSideAfterClose leaves the other side without a file. Epoll tells it
// at once, the others at their next look.
func TestRemoveOneSideAfterClose(t *testing.T) {
	forEachPoller(t, func(w *world) {
		a, _ := w.pair()
		stale := a.twin()
		w.check(w.r.AddReader(stale))
		w.check(w.r.AddWriter(stale))
		w.r.CallWhenRunning(func() {
			a.close()
			w.r.RemoveReader(stale)
			w.stopSoon()
		})
		w.run()
		stale.wantLost(reactor.ErrBadDescriptor)
		if stale.writes > 0 {
			w.Error("DoWrite was called")
		}
	})
}

// TestReplaced adds a descriptor whose number another one holds that closed it
// without a word.
func TestReplaced(t *testing.T) {
	forEachPoller(t, func(w *world) {
		a, _ := w.pair()
		w.check(w.r.AddReader(a))
		fresh, peer := a.reopen()
		w.check(w.r.AddReader(fresh))
		a.wantLost(reactor.ErrDescriptorReplaced)
		peer.send()
		w.r.CallWhenRunning(w.stopSoon)
		w.run()
		if a.reads > 0 || fresh.reads != 1 {
			w.Errorf("%d reads of the old one and %d of the new", a.reads, fresh.reads)
		}
	})
}

// TestOtherSideOfAClosedNumber adds the other side to a registration whose file is
// gone. Epoll finds out: a stranger makes way, and a descriptor that is wrong about
// its own number gets an error.
func TestOtherSideOfAClosedNumber(t *testing.T) {
	t.Run("stranger", func(t *testing.T) {
		forEachPoller(t, func(w *world) {
			a, _ := w.pair()
			w.check(w.r.AddReader(a))
			fresh, _ := a.reopen()
			w.check(w.r.AddWriter(fresh))
			if w.kind == reactor.Epoll {
				a.wantLost(reactor.ErrBadDescriptor)
			}
			fresh.onWrite = func() error { w.r.RemoveWriter(fresh); return w.r.Stop() }
			w.run()
			if fresh.writes != 1 {
				w.Errorf("%d writes, want 1", fresh.writes)
			}
		})
	})
	t.Run("itself", func(t *testing.T) {
		forEachPoller(t, func(w *world) {
			a, _ := w.pair()
			stale := a.twin()
			w.check(w.r.AddReader(stale))
			a.close()
			err := w.r.AddWriter(stale)
			if w.kind == reactor.Epoll && !errors.Is(err, reactor.ErrBadDescriptor) {
				w.Errorf("AddWriter answers %v", err)
			}
			stale.wantLost()
			w.check(w.r.Close())
			stale.wantLost(reactor.ErrStopped)
		})
	})
}

// TestEndedDuplicate has a reader whose number was closed while a duplicate keeps
// its file, in epoll too, and is removed only then: the file's events must neither
// reach anybody nor keep the loop awake.
func TestEndedDuplicate(t *testing.T) {
	forEachPoller(t, func(w *world) {
		a, b := w.pair()
		dup := w.end(-1)
		var err error
		dup.fd, err = unix.Dup(a.fd)
		w.check(err)
		w.check(w.r.AddReader(a))
		b.send()
		w.r.CallWhenRunning(func() {
			a.close()
			w.r.RemoveReader(a)
			turns := w.r.Stats().Turns
			w.r.CallLater(5*time.Millisecond, func() {
				if n := w.r.Stats().Turns - turns; n > 5 {
					w.Errorf("%d turns went by for nothing", n)
				}
				w.check(w.r.Stop())
			})
		})
		w.run()
		if a.reads > 0 {
			w.Error("DoRead was called after RemoveReader")
		}
	})
}
