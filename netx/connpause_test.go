package netx_test

import (
	"errors"
	"syscall"
	"testing"

	"github.com/spindle-go/spindle/netx"
)

func testPaused(t *testing.T, w world) {
	a, b := &recorder{}, &recorder{onMade: func(c *netx.Conn) { c.Pause() }}
	w.connect(a, b)
	w.do(func() { a.conn.WriteString("x") })
	w.settle()
	w.do(func() {
		if b.data.Len() != 0 {
			t.Error("data came while paused")
		}
		b.conn.WriteString("output works")
		b.conn.Resume()
		b.conn.Resume()
	})
	w.until("the data", func() bool { return b.data.Len() == 1 })
	w.until("the output", func() bool { return a.data.String() == "output works" })
	w.do(func() { b.conn.Pause(); b.conn.Close() })
	bothLost(t, w, a, b)
	expect(t, w, b, "made, lost: done")
}

func testPausedInside(t *testing.T, w world) {
	a, b := &recorder{}, &recorder{}
	b.onData = func([]byte) { b.conn.Pause() }
	w.connect(a, b)
	size := w.much() / 8
	w.do(func() { a.conn.Write(noise(size)); a.conn.Close() })
	for got := 0; got < size; {
		w.until("the next chunk", func() bool { return b.data.Len() > got })
		w.settle()
		w.do(func() {
			got = b.data.Len()
			b.conn.Resume()
		})
	}
	bothLost(t, w, a, b)
	if b.data.Len() != size || b.chunks < 2 {
		t.Errorf("%d bytes in %d chunks", b.data.Len(), b.chunks)
	}
}

func testResetWhilePaused(t *testing.T, w world) {
	a, b := &recorder{}, &recorder{}
	w.connect(a, b)
	w.do(func() { a.conn.WriteString("unread"); b.conn.Pause() })
	w.settle()
	w.do(func() { a.conn.Abort() })
	bothLost(t, w, a, b)
	expect(t, w, b, "made, lost: "+resetIn(w))
	if resetIn(w) == "done" {
		return // what came before it was delivered
	}
	if !errors.Is(b.reason, syscall.ECONNRESET) || b.data.Len() != 0 {
		t.Errorf("got %q and %v", b.data.String(), b.reason)
	}
}

func testFINWhilePaused(t *testing.T, w world) {
	a, b := &recorder{}, &halfRecorder{}
	w.connect(a, b)
	w.do(func() { b.conn.Pause() })
	w.settle()
	w.do(func() { a.conn.CloseWrite() })
	w.until("the FIN", func() bool { return len(b.events) == 2 })
	w.do(func() { b.conn.Close() })
	bothLost(t, w, a, &b.recorder)
	expect(t, w, &b.recorder, "made, read closed, lost: done")
}

func testFINBehindInput(t *testing.T, w world) {
	a, b := &recorder{}, &recorder{}
	w.connect(a, b)
	w.do(func() { b.conn.Pause(); a.conn.WriteString("first"); a.conn.Close() })
	w.until("the end of a", a.lost)
	w.settle()
	w.do(func() {
		if b.lost() {
			t.Error("the FIN was told before the input")
		}
		b.conn.Resume()
	})
	bothLost(t, w, a, b)
	expect(t, w, b, "made, lost: done")
	if b.data.String() != "first" {
		t.Errorf("got %q", b.data.String())
	}
}
