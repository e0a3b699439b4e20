//go:build unix

package reactor_test

import (
	"errors"
	"io"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/spindle-go/spindle/reactor"
)

// stopSoon stops the reactor when what is ready now, and what that leads to, has
// had its turns.
func (w *world) stopSoon() {
	inTurns(w.r, 4, func() { w.check(w.r.Stop()) })
}

func TestReadAndWrite(t *testing.T) {
	forEachPoller(t, func(w *world) {
		a, b := w.pair()
		var got int
		a.onRead = func() error { got += a.drain(); return nil }
		b.onWrite = func() error {
			b.send()
			if b.writes == 3 {
				w.r.RemoveWriter(b)
				w.stopSoon()
			}
			return nil
		}
		w.check(w.r.AddReader(a))
		w.check(w.r.AddWriter(b))
		w.run()
		if got != 3 || b.writes != 3 {
			w.Errorf("%d bytes arrived by %d writes, want 3", got, b.writes)
		}
		a.wantLost(reactor.ErrStopped)
		b.wantLost()
	})
}

// TestReadinessIsALevel leaves bytes unread, and is called again for them.
func TestReadinessIsALevel(t *testing.T) {
	forEachPoller(t, func(w *world) {
		a, b := w.pair()
		b.send()
		a.onRead = func() error {
			if a.reads == 3 {
				a.drain()
				w.stopSoon()
			}
			return nil
		}
		w.check(w.r.AddReader(a))
		w.run()
		if a.reads != 3 {
			w.Errorf("%d reads, want 3", a.reads)
		}
	})
}

func TestAddAndRemoveAreIdempotent(t *testing.T) {
	forEachPoller(t, func(w *world) {
		a, _ := w.pair()
		w.r.RemoveReader(a)
		w.r.RemoveWriter(a)
		for range 2 {
			w.check(w.r.AddReader(a))
			w.check(w.r.AddWriter(a))
			w.r.RemoveReader(a.twin()) // is not there, although its number is
			w.r.RemoveWriter(a.twin())
		}
		if rs, ws, n := w.r.Readers(), w.r.Writers(), w.r.Stats().Descriptors; len(rs) != 1 || rs[0] != a || len(ws) != 1 || ws[0] != a || n != 1 {
			w.Errorf("readers %v, writers %v, %d descriptors", rs, ws, n)
		}
		for range 2 {
			w.r.RemoveReader(a)
		}
		if rs, ws := w.r.Readers(), w.r.Writers(); len(rs) != 0 || len(ws) != 1 {
			w.Errorf("readers %v, writers %v", rs, ws)
		}
		for range 2 {
			w.r.RemoveWriter(a)
		}
		if n := w.r.Stats().Descriptors; n != 0 {
			w.Errorf("%d descriptors are left", n)
		}
		w.check(w.r.Close())
		a.wantLost()
	})
}

func TestRemoveAll(t *testing.T) {
	forEachPoller(t, func(w *world) {
		a, b := w.pair()
		c := b.twin()
		w.check(w.r.AddReader(a))
		w.check(w.r.AddWriter(a))
		w.check(w.r.AddReader(b))
		w.check(w.r.AddWriter(c))
		w.r.CallWhenRunning(func() {
			all := map[reactor.Descriptor]int{}
			for _, d := range w.r.RemoveAll() {
				all[d]++
			}
			if len(all) != 3 || all[a] != 1 || all[b] != 1 || all[c] != 1 {
				w.Errorf("RemoveAll gave %v, want each of the three once", all)
			}
			if len(w.r.RemoveAll()) != 0 {
				w.Error("a second RemoveAll found something")
			}
			w.stopSoon() // the waker is still there, or the test would hang
		})
		w.run()
		for _, e := range []*end{a, b, c} {
			e.wantLost()
		}
		if a.writes+c.writes > 0 {
			w.Error("a removed writer was called")
		}
	})
}

// TestErrorGivesUpOneDescriptor has one side fail, by error or by panic, with the
// other side the same object, another, or none.
func TestErrorGivesUpOneDescriptor(t *testing.T) {
	fails := []struct {
		name string
		fail func() error
		want error
		log  string
	}{
		{"error", func() error { return errEnough }, errEnough, ""},
		{"panic", func() error { panic(errEnough) }, errEnough, "panic in Do"},
	}
	sides := []struct {
		name string
		add  func(w *world, a, twin *end)
		both bool
	}{
		{"reader", func(w *world, a, _ *end) { w.check(w.r.AddReader(a)) }, false},
		{"writer", func(w *world, a, _ *end) { w.check(w.r.AddWriter(a)) }, false},
		{"both as one", func(w *world, a, _ *end) { w.check(w.r.AddReader(a)); w.check(w.r.AddWriter(a)) }, false},
		{"both as two", func(w *world, a, twin *end) { w.check(w.r.AddReader(a)); w.check(w.r.AddWriter(twin)) }, true},
	}
	for _, f := range fails {
		for _, s := range sides {
			t.Run(f.name+" of "+s.name, func(t *testing.T) {
				forEachPoller(t, func(w *world) {
					a, b := w.pair()
					twin := a.twin()
					b.send()
					a.onRead, a.onWrite, a.onLost = f.fail, f.fail, a.close
					s.add(w, a, twin)
					other, peer := w.pair()
					peer.send()
					w.check(w.r.AddReader(other))
					w.r.CallWhenRunning(w.stopSoon)
					w.run()
					a.wantLost(f.want)
					if s.both {
						twin.wantLost(f.want)
					}
					if a.reads+a.writes != 1 || twin.writes > 0 {
						w.Errorf("%d reads, %d and %d writes after a failure", a.reads, a.writes, twin.writes)
					}
					if other.reads != 1 {
						w.Errorf("the other descriptor was read %d times, want once", other.reads)
					}
					if f.log != "" {
						w.wantLog(f.log, "*reactor_test.end.Do", "descriptor_test.go")
					}
				})
			})
		}
	}
}

// TestPanicInConnectionLost is logged, and the rest is told.
func TestPanicInConnectionLost(t *testing.T) {
	forEachPoller(t, func(w *world) {
		a, b := w.pair()
		a.onLost = func() { panic("lost") }
		b.onLost = func() { panic("lost") }
		w.check(w.r.AddReader(a))
		w.check(w.r.AddReader(b))
		w.r.CallWhenRunning(func() { w.check(w.r.Stop()) })
		w.run()
		a.wantLost(reactor.ErrStopped)
		b.wantLost(reactor.ErrStopped)
		w.wantLog("panic in ConnectionLost", "*reactor_test.end.ConnectionLost", "panic: lost")
	})
}

// TestDoReadChangesTheTable does to its own registration, while it runs, what can
// be done to it.
func TestDoReadChangesTheTable(t *testing.T) {
	tests := []struct {
		name   string
		do     func(w *world, a *end) error
		lost   []error
		writes bool // the writer of the same number has its turn
	}{
		{"removes the reader", func(w *world, a *end) error { w.r.RemoveReader(a); return nil }, nil, true},
		{"removes the writer", func(w *world, a *end) error { w.r.RemoveReader(a); w.r.RemoveWriter(a); return nil }, nil, false},
		{"removes all", func(w *world, _ *end) error { w.r.RemoveAll(); return nil }, nil, false},
		{"removes itself and fails", func(w *world, a *end) error {
			w.r.RemoveReader(a)
			w.r.RemoveWriter(a)
			return errEnough
		}, []error{errEnough}, false},
		{"removes and adds itself", func(w *world, a *end) error {
			a.drain()
			w.r.RemoveAll()
			w.check(w.r.AddReader(a))
			return nil
		}, []error{reactor.ErrStopped}, false},
		{"removes and adds itself and fails", func(w *world, a *end) error {
			w.r.RemoveAll()
			w.check(w.r.AddReader(a))
			return io.ErrUnexpectedEOF
		}, []error{io.ErrUnexpectedEOF}, false},
		{"is replaced and fails", func(w *world, a *end) error {
			a.drain()
			w.check(w.r.AddReader(a.twin()))
			return errEnough
		}, []error{reactor.ErrDescriptorReplaced}, false},
		{"becomes negative and fails", func(w *world, a *end) error {
			w.r.RemoveAll()
			a.close()
			return errEnough
		}, []error{errEnough}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			forEachPoller(t, func(w *world) {
				a, b := w.pair()
				b.send()
				a.onRead = func() error { return test.do(w, a) }
				a.onWrite = func() error { w.r.RemoveWriter(a); return nil }
				w.check(w.r.AddReader(a))
				w.check(w.r.AddWriter(a))
				w.r.CallWhenRunning(w.stopSoon)
				w.run()
				a.wantLost(test.lost...)
				if a.reads != 1 || a.writes != 0 != test.writes {
					w.Errorf("%d reads and %d writes, want 1 and writes: %v", a.reads, a.writes, test.writes)
				}
			})
		})
	}
}

// TestNumberUsedAgainInABatch has the first of two ready descriptors remove and
// close the second, and another one get its number: the event of the old one must
// not reach the new one.
func TestNumberUsedAgainInABatch(t *testing.T) {
	forEachPoller(t, func(w *world) {
		var ends [2]*end
		var fresh *end
		for i := range ends {
			a, b := w.pair()
			b.send()
			ends[i] = a
			a.onRead = func() error {
				other := ends[1-i]
				if other.fd < 0 {
					a.drain()
					return nil
				}
				w.r.RemoveReader(other)
				a.drain()
				fresh, _ = other.reopen()
				w.check(w.r.AddReader(fresh))
				w.stopSoon()
				return nil
			}
			w.check(w.r.AddReader(a))
		}
		w.run()
		if n := ends[0].reads + ends[1].reads; n != 1 {
			w.Errorf("%d of the two were read, want one", n)
		}
		if fresh.reads > 0 {
			w.Error("the new descriptor got the event of the old one")
		}
		fresh.wantLost(reactor.ErrStopped)
	})
}

// TestNumberUsedAgainInDoRead has a descriptor that is ready for both sides make way
// for another one with its number, in its DoRead: what the old one was ready for
// must not reach the new one.
func TestNumberUsedAgainInDoRead(t *testing.T) {
	forEachPoller(t, func(w *world) {
		a, b := w.pair()
		b.send()
		var replaced, written uint64
		a.onRead = func() error {
			replaced = w.r.Stats().Turns
			w.r.RemoveReader(a)
			w.r.RemoveWriter(a)
			fresh, _ := a.reopen()
			fresh.onWrite = func() error {
				written = w.r.Stats().Turns
				w.r.RemoveWriter(fresh)
				return w.r.Stop()
			}
			w.check(w.r.AddReader(fresh))
			w.check(w.r.AddWriter(fresh))
			return nil
		}
		w.check(w.r.AddReader(a))
		w.check(w.r.AddWriter(a))
		w.run()
		if a.reads != 1 || a.writes != 0 || written != replaced+1 {
			w.Errorf("%d reads and %d writes; replaced in turn %d, and the new one written in %d", a.reads, a.writes, replaced, written)
		}
	})
}

// TestRegularFile is always ready, which epoll(7) cannot tell, and shares the loop
// with others.
func TestRegularFile(t *testing.T) {
	forEachPoller(t, func(w *world) {
		f := w.file()
		a, b := w.pair()
		const enough = 50
		f.onRead = func() error {
			if f.reads == enough {
				w.r.RemoveReader(f)
				w.check(w.r.Stop())
			}
			b.send()
			return nil
		}
		w.check(w.r.AddReader(f))
		w.check(w.r.AddReader(a))
		timers := 0
		var again func()
		again = func() {
			timers++
			w.r.CallLater(0, again)
		}
		again()
		w.run()
		if a.reads < enough/2 || timers < enough/2 {
			w.Errorf("beside %d reads of the file there were %d of the socket and %d timers", f.reads, a.reads, timers)
		}
		f.wantLost()
		for _, c := range w.r.DelayedCalls() {
			w.check(c.Cancel())
		}
	})
}

func TestRegularFileAsWriter(t *testing.T) {
	forEachPoller(t, func(w *world) {
		f := w.file()
		f.onWrite = func() error { f.send(); return errEnough }
		w.check(w.r.AddReader(f))
		w.check(w.r.AddWriter(f))
		w.r.CallWhenRunning(w.stopSoon)
		w.run()
		f.wantLost(errEnough)
		if f.reads != 1 || f.writes != 1 {
			w.Errorf("%d reads and %d writes, want one of each", f.reads, f.writes)
		}
	})
}

// TestPeerGone reaches whichever side is there, also where the kernel says nothing
// but that something is wrong: at the end of a pipe, and at a full one that nobody
// reads any more.
func TestPeerGone(t *testing.T) {
	tests := []struct {
		name string
		open func(w *world) (own, peer *end)
		add  func(w *world, own *end) error
	}{
		{"reader of a socket", (*world).pair, (*world).asReader},
		{"writer of a socket", (*world).pair, (*world).asWriter},
		{"reader of a pipe", (*world).pipe, (*world).asReader},
		{"writer of a full pipe", func(w *world) (own, peer *end) {
			peer, own = w.pipe()
			full := make([]byte, 1<<20)
			if n, err := unix.Write(own.fd, full); err != nil || n == len(full) {
				w.Fatalf("the pipe took %d bytes (%v)", n, err)
			}
			return own, peer
		}, (*world).asWriter},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			forEachPoller(t, func(w *world) {
				own, peer := test.open(w)
				own.onRead = func() error {
					if own.drain() == 0 {
						return io.EOF
					}
					return nil
				}
				own.onWrite = func() error {
					_, err := unix.Write(own.fd, []byte{1})
					return err
				}
				w.check(test.add(w, own))
				peer.close()
				own.onLost = func() { w.check(w.r.Stop()) }
				w.run()
				if len(own.lost) != 1 || !errors.Is(own.lost[0], io.EOF) && !errors.Is(own.lost[0], unix.EPIPE) {
					w.Errorf("ConnectionLost came with %v", own.lost)
				}
			})
		})
	}
}

func (w *world) asReader(e *end) error { return w.r.AddReader(e) }
func (w *world) asWriter(e *end) error { return w.r.AddWriter(e) }
