package netxtest

import (
	"errors"
	"syscall"
	"testing"

	"github.com/spindle-go/spindle/netx"
)

func testPaused(t *testing.T, w World) {
	a, b := &Recorder{}, &Recorder{OnMade: func(c *netx.Conn) { c.Pause() }}
	w.Connect(a, b)
	w.Do(func() { a.Conn.WriteString("x") })
	w.Settle()
	w.Do(func() {
		if b.Data.Len() != 0 {
			t.Error("data came while paused")
		}
		b.Conn.WriteString("output works")
		b.Conn.Resume()
		b.Conn.Resume()
	})
	w.Until("the data", func() bool { return b.Data.Len() == 1 })
	w.Until("the output", func() bool { return a.Data.String() == "output works" })
	w.Do(func() { b.Conn.Pause(); b.Conn.Close() })
	bothLost(t, w, a, b)
	expect(t, w, b, "made, lost: done")
}

func testPausedInside(t *testing.T, w World) {
	a, b := &Recorder{}, &Recorder{}
	b.OnData = func([]byte) { b.Conn.Pause() }
	w.Connect(a, b)
	size := w.Much() / 8
	w.Do(func() { a.Conn.Write(noise(size)); a.Conn.Close() })
	for got := 0; got < size; {
		w.Until("the next chunk", func() bool { return b.Data.Len() > got })
		w.Settle()
		w.Do(func() {
			got = b.Data.Len()
			b.Conn.Resume()
		})
	}
	bothLost(t, w, a, b)
	if b.Data.Len() != size || b.Chunks < 2 {
		t.Errorf("%d bytes in %d chunks", b.Data.Len(), b.Chunks)
	}
}

func testResetWhilePaused(t *testing.T, w World) {
	a, b := &Recorder{}, &Recorder{}
	w.Connect(a, b)
	w.Do(func() { a.Conn.WriteString("unread"); b.Conn.Pause() })
	w.Settle()
	w.Do(func() { a.Conn.Abort() })
	bothLost(t, w, a, b)
	expect(t, w, b, "made, lost: lost")
	if !errors.Is(b.Reason, syscall.ECONNRESET) || b.Data.Len() != 0 {
		t.Errorf("got %q and %v", b.Data.String(), b.Reason)
	}
}

func testFINWhilePaused(t *testing.T, w World) {
	a, b := &Recorder{}, &HalfRecorder{}
	w.Connect(a, b)
	w.Do(func() { b.Conn.Pause() })
	w.Settle()
	w.Do(func() { a.Conn.CloseWrite() })
	w.Until("the FIN", func() bool { return len(b.Events) == 2 })
	w.Do(func() { b.Conn.Close() })
	bothLost(t, w, a, &b.Recorder)
	expect(t, w, &b.Recorder, "made, read closed, lost: done")
}

func testFINBehindInput(t *testing.T, w World) {
	a, b := &Recorder{}, &Recorder{}
	w.Connect(a, b)
	w.Do(func() { b.Conn.Pause(); a.Conn.WriteString("first"); a.Conn.Close() })
	w.Until("the end of a", a.Lost)
	w.Settle()
	w.Do(func() {
		if b.Lost() {
			t.Error("the FIN was told before the input")
		}
		b.Conn.Resume()
	})
	bothLost(t, w, a, b)
	expect(t, w, b, "made, lost: done")
	if b.Data.String() != "first" {
		t.Errorf("got %q", b.Data.String())
	}
}
