package netxtest

import (
	"errors"
	"testing"

	"github.com/spindle-go/spindle/netx"
)

func testHalfClose(t *testing.T, w World) {
	a, b := &HalfRecorder{}, &HalfRecorder{}
	b.OnReadClosed = func() { b.Note(b.Data.String()); b.Conn.WriteString("answer"); b.Conn.CloseWrite() }
	w.Connect(a, b)
	w.Do(func() {
		a.Conn.WriteString("question")
		for range 2 { // the second one does nothing
			if err := a.Conn.CloseWrite(); err != nil {
				t.Errorf("CloseWrite answered %v", err)
			}
		}
		if len(a.Events) != 1 {
			t.Error("something was told from inside CloseWrite")
		}
	})
	bothLost(t, w, &a.Recorder, &b.Recorder)
	expect(t, w, &a.Recorder, "made, write closed, read closed, lost: done")
	expect(t, w, &b.Recorder, "made, read closed, question, write closed, lost: done")
	if a.Data.String() != "answer" {
		t.Errorf("a got %q", a.Data.String())
	}
}

func testHalfCloseSecond(t *testing.T, w World) {
	// Both have much to send, and close their outputs before it is gone.
	a, b := &HalfRecorder{}, &HalfRecorder{}
	w.Connect(a, b)
	w.Do(func() {
		a.Conn.Write(noise(w.Much()))
		b.Conn.Write(noise(w.Much()))
		a.Conn.CloseWrite()
		b.Conn.CloseWrite()
	})
	bothLost(t, w, &a.Recorder, &b.Recorder)
	for _, r := range []*HalfRecorder{a, b} {
		if r.Data.Len() != w.Much() || len(r.Events) != 4 || KindOf(r.Reason) != "done" {
			t.Errorf("%d bytes, %s", r.Data.Len(), r.Story())
		}
	}
}

func testFINWhileFlushing(t *testing.T, w World) {
	a, b := &HalfRecorder{}, &HalfRecorder{}
	b.OnMade = func(c *netx.Conn) { c.Pause() }
	w.Connect(a, b)
	fill(t, w, &a.Recorder)
	w.Do(func() { a.Conn.CloseWrite(); b.Conn.CloseWrite() })
	w.Until("the FIN", func() bool { return len(a.Events) == 2 })
	w.Do(func() { b.Conn.Resume() })
	bothLost(t, w, &a.Recorder, &b.Recorder)
	expect(t, w, &a.Recorder, "made, read closed, write closed, lost: done")
	expect(t, w, &b.Recorder, "made, write closed, read closed, lost: done")
}

func testWriteWhenBothClosed(t *testing.T, w World) {
	a, b := &HalfRecorder{}, &HalfRecorder{}
	var err error
	a.OnReadClosed = func() { _, err = a.Conn.WriteString("x") }
	w.Connect(a, b)
	w.Do(func() { a.Conn.CloseWrite() })
	w.Until("the FIN", func() bool { return len(b.Events) == 2 })
	w.Do(func() { b.Conn.CloseWrite() })
	bothLost(t, w, &a.Recorder, &b.Recorder)
	if !errors.Is(err, netx.ErrWriteClosed) {
		t.Errorf("Write answered %v", err)
	}
	expect(t, w, &a.Recorder, "made, write closed, read closed, lost: done")
}

func testHalfCloseThenClose(t *testing.T, w World) {
	a, b := &HalfRecorder{}, &HalfRecorder{}
	w.Connect(a, b)
	w.Do(func() { a.Conn.CloseWrite() })
	w.Until("the FIN", func() bool { return len(b.Events) == 2 && len(a.Events) == 2 })
	w.Do(func() {
		if n, err := b.Conn.WriteString("x"); n != 1 || err != nil {
			t.Errorf("Write after the peer's FIN answered %d, %v", n, err)
		}
	})
	w.Until("the byte", func() bool { return a.Data.Len() == 1 })
	w.Do(func() { a.Conn.Close() })
	w.Until("the end of a", a.Lost)
	w.Do(func() { b.Conn.Close() })
	bothLost(t, w, &a.Recorder, &b.Recorder)
	expect(t, w, &a.Recorder, "made, write closed, lost: done")
	expect(t, w, &b.Recorder, "made, read closed, lost: done")
}

func testFINFlushes(t *testing.T, w World) {
	a := &HalfRecorder{}
	b := &Recorder{}
	b.OnData = func([]byte) { b.Conn.Write(noise(w.Much())); b.OnData = nil }
	w.Connect(a, b)
	w.Do(func() { a.Conn.WriteString("?"); a.Conn.CloseWrite() })
	bothLost(t, w, &a.Recorder, b)
	if a.Data.Len() != w.Much() {
		t.Errorf("%d bytes of the answer arrived, of %d", a.Data.Len(), w.Much())
	}
	expect(t, w, b, "made, lost: done")
	expect(t, w, &a.Recorder, "made, write closed, read closed, lost: done")
}
