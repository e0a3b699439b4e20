package netx_test

import (
	"errors"
	"testing"

	"github.com/spindle-go/spindle/netx"
)

func testHalfClose(t *testing.T, w world) {
	a, b := &halfRecorder{}, &halfRecorder{}
	b.onReadClosed = func() { b.note(b.data.String()); b.conn.WriteString("answer"); b.conn.CloseWrite() }
	w.connect(a, b)
	w.do(func() {
		a.conn.WriteString("question")
		for range 2 { // the second one does nothing
			if err := a.conn.CloseWrite(); err != nil {
				t.Errorf("CloseWrite answered %v", err)
			}
		}
		if len(a.events) != 1 {
			t.Error("something was told from inside CloseWrite")
		}
	})
	bothLost(t, w, &a.recorder, &b.recorder)
	expect(t, w, &a.recorder, "made, write closed, read closed, lost: done")
	expect(t, w, &b.recorder, "made, read closed, question, write closed, lost: done")
	if a.data.String() != "answer" {
		t.Errorf("a got %q", a.data.String())
	}
}

func testHalfCloseSecond(t *testing.T, w world) {
	// Both have much to send, and close their outputs before it is gone.
	a, b := &halfRecorder{}, &halfRecorder{}
	w.connect(a, b)
	w.do(func() {
		a.conn.Write(noise(w.much()))
		b.conn.Write(noise(w.much()))
		a.conn.CloseWrite()
		b.conn.CloseWrite()
	})
	bothLost(t, w, &a.recorder, &b.recorder)
	for _, r := range []*halfRecorder{a, b} {
		if r.data.Len() != w.much() || len(r.events) != 4 || kindOf(r.reason) != "done" {
			t.Errorf("%d bytes, %s", r.data.Len(), r.story())
		}
	}
}

func testFINWhileFlushing(t *testing.T, w world) {
	a, b := &halfRecorder{}, &halfRecorder{}
	b.onMade = func(c *netx.Conn) { c.Pause() }
	w.connect(a, b)
	fill(t, w, &a.recorder)
	w.do(func() { a.conn.CloseWrite(); b.conn.CloseWrite() })
	w.until("the FIN", func() bool { return len(a.events) == 2 })
	w.do(func() { b.conn.Resume() })
	bothLost(t, w, &a.recorder, &b.recorder)
	expect(t, w, &a.recorder, "made, read closed, write closed, lost: done")
	expect(t, w, &b.recorder, "made, write closed, read closed, lost: done")
}

func testWriteWhenBothClosed(t *testing.T, w world) {
	a, b := &halfRecorder{}, &halfRecorder{}
	var err error
	a.onReadClosed = func() { _, err = a.conn.WriteString("x") }
	w.connect(a, b)
	w.do(func() { a.conn.CloseWrite() })
	w.until("the FIN", func() bool { return len(b.events) == 2 })
	w.do(func() { b.conn.CloseWrite() })
	bothLost(t, w, &a.recorder, &b.recorder)
	if !errors.Is(err, netx.ErrWriteClosed) {
		t.Errorf("Write answered %v", err)
	}
	expect(t, w, &a.recorder, "made, write closed, read closed, lost: done")
}

func testHalfCloseThenClose(t *testing.T, w world) {
	a, b := &halfRecorder{}, &halfRecorder{}
	w.connect(a, b)
	w.do(func() { a.conn.CloseWrite() })
	w.until("the FIN", func() bool { return len(b.events) == 2 && len(a.events) == 2 })
	w.do(func() {
		if n, err := b.conn.WriteString("x"); n != 1 || err != nil {
			t.Errorf("Write after the peer's FIN answered %d, %v", n, err)
		}
	})
	w.until("the byte", func() bool { return a.data.Len() == 1 })
	w.do(func() { a.conn.Close() })
	w.until("the end of a", a.lost)
	w.do(func() { b.conn.Close() })
	bothLost(t, w, &a.recorder, &b.recorder)
	expect(t, w, &a.recorder, "made, write closed, lost: done")
	expect(t, w, &b.recorder, "made, read closed, lost: done")
}

func testFINFlushes(t *testing.T, w world) {
	a := &halfRecorder{}
	b := &recorder{}
	b.onData = func([]byte) { b.conn.Write(noise(w.much())); b.onData = nil }
	w.connect(a, b)
	w.do(func() { a.conn.WriteString("?"); a.conn.CloseWrite() })
	bothLost(t, w, &a.recorder, b)
	if a.data.Len() != w.much() {
		t.Errorf("%d bytes of the answer arrived, of %d", a.data.Len(), w.much())
	}
	expect(t, w, b, "made, lost: done")
	expect(t, w, &a.recorder, "made, write closed, read closed, lost: done")
}
