package netxtest

import (
	"bytes"
	"errors"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

func testCloseFlushes(t *testing.T, w World) {
	a, b := &Recorder{}, &Recorder{}
	w.Connect(a, b)
	w.Do(func() {
		a.Conn.Write(noise(w.Much()))
		if err := a.Conn.Close(); err != nil {
			t.Errorf("Close answered %v", err)
		}
		if a.Conn.Closed() || a.Lost() {
			t.Error("Close did not wait")
		}
	})
	bothLost(t, w, a, b)
	if b.Data.Len() != w.Much() {
		t.Errorf("%d of %d bytes arrived", b.Data.Len(), w.Much())
	}
	expect(t, w, a, "made, lost: done")
	expect(t, w, b, "made, lost: done")
}

func testCloseInside(t *testing.T, w World) {
	a := &Recorder{OnMade: func(c *netx.Conn) { c.WriteString("hello") }}
	b := &Recorder{}
	b.OnData = func([]byte) {
		b.Conn.WriteString("bye")
		b.Conn.Close()
		b.Note("returned")
	}
	w.Connect(a, b)
	bothLost(t, w, a, b)
	w.Do(func() {
		if !strings.HasPrefix(b.Story(), "made, returned, lost: ") || a.Data.String() != "bye" {
			t.Errorf("b: %s; a got %q", b.Story(), a.Data.String())
		}
	})
}

func testBothClose(t *testing.T, w World) {
	a, b := &Recorder{}, &Recorder{}
	w.Connect(a, b)
	w.Do(func() { a.Conn.Close(); b.Conn.Close() })
	bothLost(t, w, a, b)
	expect(t, w, a, "made, lost: done")
	expect(t, w, b, "made, lost: done")
}

func testAbort(t *testing.T, w World) {
	a, b := &Recorder{}, &Recorder{}
	w.Connect(a, b)
	w.Do(func() {
		b.Conn.WriteString("too late")
		a.Conn.Write(noise(w.Much()))
		a.Conn.Abort()
		if a.Lost() || !a.Conn.Closed() || a.Conn.Buffered() != 0 {
			t.Errorf("lost %v, closed %v, %d bytes buffered", a.Lost(), a.Conn.Closed(), a.Conn.Buffered())
		}
		a.Conn.Abort()
		a.Conn.Close()
	})
	bothLost(t, w, a, b)
	expect(t, w, a, "made, lost: aborted")
	expect(t, w, b, "made, lost: lost")
	if !errors.Is(b.Reason, syscall.ECONNRESET) && !errors.Is(b.Reason, syscall.EPIPE) {
		t.Errorf("the peer got %v", b.Reason)
	}
	if !errors.Is(a.Reason, netx.ErrConnectionLost) {
		t.Errorf("%v is no ErrConnectionLost", a.Reason)
	}
	if a.Data.Len() != 0 {
		t.Errorf("%q was delivered after Abort", a.Data.String())
	}
}

func testAbortInside(t *testing.T, w World) {
	a, b := &Recorder{OnMade: func(c *netx.Conn) { c.Abort(); c.WriteString("dropped") }}, &Recorder{}
	w.Connect(a, b)
	bothLost(t, w, a, b)
	expect(t, w, a, "made, lost: aborted")
	expect(t, w, b, "made, lost: lost")
}

func testOneEnd(t *testing.T, w World) {
	// Every method in every order; whatever they do, there is one end.
	methods := map[string]func(c *netx.Conn){
		"close": func(c *netx.Conn) { c.Close() },
		"half":  func(c *netx.Conn) { c.CloseWrite() },
		"abort": func(c *netx.Conn) { c.Abort() },
		"write": func(c *netx.Conn) { c.WriteString("x") },
		"pause": func(c *netx.Conn) { c.Pause() },
	}
	for first, m1 := range methods {
		for second, m2 := range methods {
			a, b := &Recorder{}, &Recorder{}
			w.Connect(a, b)
			w.Do(func() {
				m1(a.Conn)
				m2(a.Conn)
				if a.Lost() {
					t.Errorf("%s, %s: ConnectionLost came from inside", first, second)
				}
			})
			w.Settle()
			w.Do(func() { b.Conn.Close(); a.Conn.Resume() })
			bothLost(t, w, a, b)
			if len(a.Events) != 2 || len(b.Events) != 2 {
				t.Errorf("%s, %s: a %q, b %q", first, second, a.Story(), b.Story())
			}
		}
	}
}

func testAfterTheEnd(t *testing.T, w World) {
	a, b := &Recorder{}, &Recorder{}
	try := func(when string) {
		for name, err := range map[string]error{
			"Write":        second(a.Conn.Write([]byte("x"))),
			"WriteString":  second(a.Conn.WriteString("x")),
			"Writev":       second(a.Conn.Writev([][]byte{{1}})),
			"CloseWrite":   a.Conn.CloseWrite(),
			"SetNoDelay":   a.Conn.SetNoDelay(false),
			"SetKeepAlive": a.Conn.SetKeepAlive(false),
		} {
			if !errors.Is(err, net.ErrClosed) || !errors.Is(err, netx.ErrConnectionAborted) {
				t.Errorf("%s: %s answered %v", when, name, err)
			}
		}
		a.Conn.Drained().AddBoth(func(v struct{}, err error) (struct{}, error) {
			if !errors.Is(err, net.ErrClosed) {
				t.Errorf("%s: Drained gave %v", when, err)
			}
			return v, nil
		})
		if err := a.Conn.Close(); err != nil {
			t.Errorf("%s: Close answered %v", when, err)
		}
		a.Conn.Abort()
		a.Conn.Pause()
		a.Conn.Resume()
	}
	a.OnLost = func(*failure.Failure) { try("inside ConnectionLost") }
	w.Connect(a, b)
	w.Do(func() { a.Conn.Abort(); try("after Abort") })
	bothLost(t, w, a, b)
	w.Do(func() { try("after the end") })
	w.Settle()
	expect(t, w, a, "made, lost: aborted")
}

func second(_ int, err error) error { return err }

// lateFor waits for the end of r and checks that the deadline aborted it.
func lateFor(t *testing.T, w World, r *Recorder) {
	t.Helper()
	w.Until("the deadline", r.Lost)
	w.Do(func() {
		if KindOf(r.Reason) != "aborted" || !errors.Is(r.Reason, deferred.ErrTimeout) {
			t.Errorf("the reason is %v", r.Reason)
		}
	})
}

func testCloseDeadline(t *testing.T, w World) {
	a, b := &Recorder{}, &Recorder{OnMade: func(c *netx.Conn) { c.Pause() }}
	w.Connect(a, b, netx.WithCloseTimeout(20*time.Millisecond))
	fill(t, w, a)
	w.Do(func() { a.Conn.Close() })
	lateFor(t, w, a)
	bothLost(t, w, a, b)
	expect(t, w, b, "made, lost: lost")
}

func testFINDeadline(t *testing.T, w World) {
	a, b := &Recorder{}, &HalfRecorder{Recorder: Recorder{OnMade: func(c *netx.Conn) { c.Pause() }}}
	w.Connect(a, b, netx.WithCloseTimeout(20*time.Millisecond))
	fill(t, w, a)
	w.Do(func() { b.Conn.CloseWrite() })
	lateFor(t, w, a)
	bothLost(t, w, a, &b.Recorder)
}

func testLastFlushDeadline(t *testing.T, w World) {
	a := &HalfRecorder{}
	b := &HalfRecorder{Recorder: Recorder{OnMade: func(c *netx.Conn) { c.Pause() }}}
	w.Connect(a, b, netx.WithCloseTimeout(20*time.Millisecond))
	fill(t, w, &a.Recorder)
	w.Do(func() { b.Conn.CloseWrite() })
	w.Until("the FIN", func() bool { return a.Story() == "made, read closed" })
	w.Do(func() { a.Conn.CloseWrite() })
	lateFor(t, w, &a.Recorder)
	bothLost(t, w, &a.Recorder, &b.Recorder)
	expect(t, w, &a.Recorder, "made, read closed, lost: aborted")
}

func testPanics(t *testing.T, w World) {
	boom := errors.New("boom")
	for name, arm := range map[string]func(r *HalfRecorder){
		"DataReceived": func(r *HalfRecorder) { r.OnData = func([]byte) { panic(boom) } },
		"ReadClosed":   func(r *HalfRecorder) { r.OnReadClosed = func() { panic(boom) } },
		"WriteClosed":  func(r *HalfRecorder) { r.OnWriteClosed = func() { panic(boom) } },
	} {
		a, b := &Recorder{}, &HalfRecorder{}
		arm(b)
		w.Connect(a, b)
		w.Do(func() { a.Conn.WriteString("x"); b.Conn.CloseWrite(); a.Conn.CloseWrite() })
		bothLost(t, w, a, &b.Recorder)
		var p *failure.PanicError
		if !errors.As(b.Reason, &p) || !errors.Is(b.Reason, boom) || !bytes.Contains(p.Stack, []byte("testPanics")) {
			t.Errorf("%s: the reason is %v", name, b.Reason)
		}
		if strings.Count(b.Story(), "lost") != 1 {
			t.Errorf("%s: %s", name, b.Story())
		}
		if name == "DataReceived" && KindOf(a.Reason) != "lost" {
			t.Errorf("the peer of a protocol that broke is told that %v", a.Reason)
		}
	}
}
