package netxtest

import (
	"bytes"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/spindle-go/spindle/netx"
)

func testCloseWaitsForPush(t *testing.T, w World) {
	a, b := &Recorder{}, &Recorder{}
	w.Connect(a, b)
	w.Do(func() {
		register(t, a, &push{pull: pull{r: a}})
		a.Conn.WriteString("first")
		a.Conn.Close()
	})
	w.Until("what was written", func() bool { return b.Data.Len() == 5 })
	w.Do(func() { b.Conn.WriteString("which nobody reads, and which must not keep the loop busy") })
	w.Settle()
	w.Do(func() {
		if n, err := a.Conn.WriteString(" and last"); n != 9 || err != nil || a.Lost() {
			t.Errorf("Write answered %d, %v; %s", n, err, a.Story())
		}
		a.Conn.UnregisterProducer()
		if a.Lost() {
			t.Error("the end was told from inside UnregisterProducer")
		}
	})
	bothLost(t, w, a, b)
	expect(t, w, a, "made, lost: done")
	if b.Data.String() != "first and last" {
		t.Errorf("got %q", b.Data.String())
	}
}

func testCloseWaitsForPull(t *testing.T, w World) {
	a, b := &Recorder{}, &Recorder{}
	w.Connect(a, b)
	content := noise(w.Much())
	w.Do(func() {
		register(t, a, &pull{r: a, resume: inPieces(a, content, (w.Much()+9)/10)})
		a.Conn.Close()
	})
	bothLost(t, w, a, b)
	expect(t, w, a, "made"+times(", resume", 10)+", lost: done")
	if !bytes.Equal(b.Data.Bytes(), content) {
		t.Errorf("%d bytes arrived, of %d", b.Data.Len(), len(content))
	}
}

func testHalfCloseWaits(t *testing.T, w World) {
	a, b := &HalfRecorder{}, &HalfRecorder{}
	w.Connect(a, b)
	w.Do(func() {
		register(t, &a.Recorder, &push{pull: pull{r: &a.Recorder}})
		a.Conn.CloseWrite()
	})
	w.Settle()
	w.Do(func() {
		if n, err := a.Conn.WriteString("last"); n != 4 || err != nil {
			t.Errorf("Write answered %d, %v", n, err)
		}
		a.Conn.UnregisterProducer()
		if _, err := a.Conn.WriteString("x"); !errors.Is(err, netx.ErrWriteClosed) {
			t.Errorf("Write without the producer answered %v", err)
		}
	})
	w.Until("the FIN", func() bool { return len(a.Events) == 2 && len(b.Events) == 2 })
	w.Do(func() { b.Conn.CloseWrite() })
	bothLost(t, w, &a.Recorder, &b.Recorder)
	expect(t, w, &a.Recorder, "made, write closed, read closed, lost: done")
	if b.Data.String() != "last" {
		t.Errorf("got %q", b.Data.String())
	}
}

func testFINWaits(t *testing.T, w World) {
	a, b := &Recorder{}, &HalfRecorder{}
	w.Connect(a, b)
	content := noise(w.Much())
	w.Do(func() {
		b.Conn.CloseWrite() // the FIN is noticed in a later turn
		register(t, a, &pull{r: a, resume: inPieces(a, content, (w.Much()+9)/10)})
	})
	bothLost(t, w, a, &b.Recorder)
	if !bytes.Equal(b.Data.Bytes(), content) || KindOf(a.Reason) != "done" {
		t.Errorf("%d bytes arrived, of %d; %s", b.Data.Len(), len(content), a.Story())
	}
}

func testStopProducing(t *testing.T, w World) {
	for name, end := range map[string]func(a, b *Recorder){
		"abort":          func(a, _ *Recorder) { a.Conn.Abort() },
		"the peer's RST": func(_, b *Recorder) { b.Conn.Abort() },
		"the buffer":     func(a, _ *Recorder) { a.Conn.Write(make([]byte, 4*w.Much())) },
	} {
		if name == "the peer's RST" && isLocal(w) {
			continue // it is a FIN there, for which a producer is not cut off
		}
		a, b := &Recorder{}, deaf()
		w.Connect(a, b, netx.WithMaxBuffered(w.Much()))
		w.Do(func() {
			p := &pull{r: a}
			p.stop = func() {
				a.Conn.UnregisterProducer()
				if _, err := a.Conn.WriteString("x"); !errors.Is(err, net.ErrClosed) {
					t.Errorf("%s: Write in StopProducing answered %v", name, err)
				}
			}
			register(t, a, p)
		})
		w.Settle()
		w.Do(func() { end(a, b) })
		bothLost(t, w, a, b)
		expect(t, w, a, "made, resume, stop, lost: "+KindOf(a.Reason))
	}
}

func testProducerDeadline(t *testing.T, w World) {
	a, b := &Recorder{}, deaf()
	w.Connect(a, b, netx.WithCloseTimeout(20*time.Millisecond))
	w.Do(func() { register(t, a, &push{pull: pull{r: a}}) })
	fill(t, w, a)
	w.Do(func() { a.Conn.Close() })
	lateFor(t, w, a)
	bothLost(t, w, a, b)
	expect(t, w, a, "made, pause, stop, lost: aborted")
}
