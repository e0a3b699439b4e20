package netx_test

import (
	"errors"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

func fill(t testing.TB, w world, a *recorder) {
	t.Helper()
	for full := false; !full; {
		w.do(func() {
			for a.conn.Buffered() <= 1<<20 {
				if _, err := a.conn.Write(make([]byte, 64<<10)); err != nil {
					t.Error(err)
					break
				}
			}
		})
		w.settle()
		w.do(func() { full = a.conn.Buffered() > 1<<20 || a.conn.Closed() })
	}
}

func testBackPressure(t *testing.T, w world) {
	if _, small := w.(*smallPairWorld); small {
		t.Skip("too much for seven bytes at a time")
	}
	a, b := &recorder{}, &recorder{onMade: func(c *netx.Conn) { c.Pause() }}
	w.connect(a, b)
	var drained *deferred.Deferred[struct{}]
	fill(t, w, a)
	left := -1
	w.do(func() {
		drained = a.conn.Drained().Tap(func(struct{}) { left = a.conn.Buffered() })
	})
	w.settle()
	w.do(func() {
		if drained.Called() {
			t.Error("Drained fired with a full buffer")
		}
		b.conn.Resume()
	})
	w.until("room", func() bool { return left >= 0 })
	if left > 16<<10 {
		t.Errorf("Drained fired with %d bytes left", left)
	}
	w.do(func() { a.conn.Close() })
	bothLost(t, w, a, b)
}

func testDrainedZero(t *testing.T, w world) {
	a, b := &recorder{}, &recorder{}
	w.connect(a, b, netx.WithWriteMarks(0, 0))
	left := -1
	w.do(func() {
		a.conn.Write(noise(w.much()))
		a.conn.Drained().Tap(func(struct{}) { left = a.conn.Buffered() })
		if left >= 0 {
			t.Errorf("Drained fired at once, with %d bytes left", left)
		}
	})
	w.until("the last byte", func() bool { return left >= 0 })
	if left != 0 {
		t.Errorf("Drained fired with %d bytes left", left)
	}
	w.do(func() { a.conn.Close() })
	bothLost(t, w, a, b)
	if b.data.Len() != w.much() {
		t.Errorf("%d bytes arrived", b.data.Len())
	}
}

func testDrainedAtOnce(t *testing.T, w world) {
	a, b := &recorder{}, &recorder{onMade: func(c *netx.Conn) { c.Pause() }}
	w.connect(a, b, netx.WithWriteMarks(1<<20, 64<<20))
	w.do(func() {
		if !a.conn.Drained().Called() {
			t.Error("Drained waits with nothing buffered")
		}
	})
	fill(t, w, a)
	w.do(func() {
		if n := a.conn.Buffered(); n <= 1<<20 || !a.conn.Drained().Called() {
			t.Errorf("Drained waits with %d bytes between the marks, which came from below", n)
		}
		a.conn.Abort()
	})
	bothLost(t, w, a, b)
}

func testDrainedCancel(t *testing.T, w world) {
	a, b := &recorder{}, &recorder{onMade: func(c *netx.Conn) { c.Pause() }}
	w.connect(a, b)
	fill(t, w, a)
	var first, second error
	w.do(func() {
		d1, d2 := a.conn.Drained(), a.conn.Drained()
		d1.Catch(func(f *failure.Failure) { first = f })
		d2.Catch(func(f *failure.Failure) { second = f })
		d1.Cancel()
		if !errors.Is(first, deferred.ErrCancelled) || second != nil {
			t.Errorf("the cancelled one failed with %v, the other with %v", first, second)
		}
		a.conn.Abort()
	})
	bothLost(t, w, a, b)
	if !errors.Is(second, netx.ErrConnectionAborted) {
		t.Errorf("the other one failed with %v", second)
	}
}

func testDrainedFails(t *testing.T, w world) {
	a, b := &recorder{}, &recorder{onMade: func(c *netx.Conn) { c.Pause() }}
	w.connect(a, b)
	fill(t, w, a)
	w.do(func() {
		a.conn.Drained().Catch(func(f *failure.Failure) { a.note("drained: " + kindOf(f)) })
		b.conn.Abort()
	})
	bothLost(t, w, a, b)
	expect(t, w, a, "made, drained: lost, lost: lost")
}

func testMaxBuffered(t *testing.T, w world) {
	a, b := &recorder{}, &recorder{onMade: func(c *netx.Conn) { c.Pause() }}
	w.connect(a, b, netx.WithMaxBuffered(100_000))
	var err error
	w.do(func() {
		for err == nil {
			if _, err = a.conn.Write(make([]byte, 10_000)); a.conn.Buffered() > 100_000 {
				t.Errorf("%d bytes are buffered", a.conn.Buffered())
			}
		}
	})
	if !errors.Is(err, netx.ErrBufferFull) {
		t.Errorf("Write answered %v", err)
	}
	bothLost(t, w, a, b)
	expect(t, w, a, "made, lost: aborted")
	if !errors.Is(a.reason, netx.ErrBufferFull) {
		t.Errorf("the reason is %v", a.reason)
	}
}
