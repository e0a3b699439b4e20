package netxtest

import (
	"errors"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

// fill writes to a until its peer, which must be paused, takes no more.
func fill(t testing.TB, w World, a *Recorder) {
	t.Helper()
	for full := false; !full; {
		w.Do(func() {
			for a.Conn.Buffered() <= 1<<20 {
				if _, err := a.Conn.Write(make([]byte, 64<<10)); err != nil {
					t.Error(err)
					break
				}
			}
		})
		w.Settle()
		w.Do(func() { full = a.Conn.Buffered() > 1<<20 || a.Conn.Closed() })
	}
}

func testBackPressure(t *testing.T, w World) {
	if w.Much() < 1<<20 {
		t.Skip("SKIPPED: back-pressure is seen in worlds that hold a megabyte")
	}
	a, b := &Recorder{}, &Recorder{OnMade: func(c *netx.Conn) { c.Pause() }}
	w.Connect(a, b)
	var drained *deferred.Deferred[struct{}]
	fill(t, w, a)
	left := -1
	w.Do(func() {
		drained = a.Conn.Drained().Tap(func(struct{}) { left = a.Conn.Buffered() })
	})
	w.Settle()
	w.Do(func() {
		if drained.Called() {
			t.Error("Drained fired with a full buffer")
		}
		b.Conn.Resume()
	})
	w.Until("room", func() bool { return left >= 0 })
	if left > 16<<10 {
		t.Errorf("Drained fired with %d bytes left", left)
	}
	w.Do(func() { a.Conn.Close() })
	bothLost(t, w, a, b)
}

func testDrainedZero(t *testing.T, w World) {
	a, b := &Recorder{}, &Recorder{}
	w.Connect(a, b, netx.WithWriteMarks(0, 0))
	left := -1
	w.Do(func() {
		a.Conn.Write(noise(w.Much()))
		a.Conn.Drained().Tap(func(struct{}) { left = a.Conn.Buffered() })
		if left >= 0 {
			t.Errorf("Drained fired at once, with %d bytes left", left)
		}
	})
	w.Until("the last byte", func() bool { return left >= 0 })
	if left != 0 {
		t.Errorf("Drained fired with %d bytes left", left)
	}
	w.Do(func() { a.Conn.Close() })
	bothLost(t, w, a, b)
	if b.Data.Len() != w.Much() {
		t.Errorf("%d bytes arrived", b.Data.Len())
	}
}

func testDrainedAtOnce(t *testing.T, w World) {
	a, b := &Recorder{}, &Recorder{OnMade: func(c *netx.Conn) { c.Pause() }}
	w.Connect(a, b, netx.WithWriteMarks(1<<20, 64<<20))
	w.Do(func() {
		if !a.Conn.Drained().Called() {
			t.Error("Drained waits with nothing buffered")
		}
	})
	fill(t, w, a)
	w.Do(func() {
		if n := a.Conn.Buffered(); n <= 1<<20 || !a.Conn.Drained().Called() {
			t.Errorf("Drained waits with %d bytes between the marks, which came from below", n)
		}
		a.Conn.Abort()
	})
	bothLost(t, w, a, b)
}

func testDrainedCancel(t *testing.T, w World) {
	a, b := &Recorder{}, &Recorder{OnMade: func(c *netx.Conn) { c.Pause() }}
	w.Connect(a, b)
	fill(t, w, a)
	var first, second error
	w.Do(func() {
		d1, d2 := a.Conn.Drained(), a.Conn.Drained()
		d1.Catch(func(f *failure.Failure) { first = f })
		d2.Catch(func(f *failure.Failure) { second = f })
		d1.Cancel()
		if !errors.Is(first, deferred.ErrCancelled) || second != nil {
			t.Errorf("the cancelled one failed with %v, the other with %v", first, second)
		}
		a.Conn.Abort()
	})
	bothLost(t, w, a, b)
	if !errors.Is(second, netx.ErrConnectionAborted) {
		t.Errorf("the other one failed with %v", second)
	}
}

func testDrainedFails(t *testing.T, w World) {
	a, b := &Recorder{}, &Recorder{OnMade: func(c *netx.Conn) { c.Pause() }}
	w.Connect(a, b)
	fill(t, w, a)
	w.Do(func() {
		a.Conn.Drained().Catch(func(f *failure.Failure) { a.Note("drained: " + KindOf(f)) })
		b.Conn.Abort()
	})
	bothLost(t, w, a, b)
	expect(t, w, a, "made, drained: lost, lost: lost")
}

func testMaxBuffered(t *testing.T, w World) {
	a, b := &Recorder{}, &Recorder{OnMade: func(c *netx.Conn) { c.Pause() }}
	w.Connect(a, b, netx.WithMaxBuffered(100_000))
	var err error
	w.Do(func() {
		for err == nil {
			if _, err = a.Conn.Write(make([]byte, 10_000)); a.Conn.Buffered() > 100_000 {
				t.Errorf("%d bytes are buffered", a.Conn.Buffered())
			}
		}
	})
	if !errors.Is(err, netx.ErrBufferFull) {
		t.Errorf("Write answered %v", err)
	}
	bothLost(t, w, a, b)
	expect(t, w, a, "made, lost: aborted")
	if !errors.Is(a.Reason, netx.ErrBufferFull) {
		t.Errorf("the reason is %v", a.Reason)
	}
}
