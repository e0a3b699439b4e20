package netx_test

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

func testCloseFlushes(t *testing.T, w world) {
	a, b := &recorder{}, &recorder{}
	w.connect(a, b)
	w.do(func() {
		a.conn.Write(noise(w.much()))
		if err := a.conn.Close(); err != nil {
			t.Errorf("Close answered %v", err)
		}
		if a.conn.Closed() || a.lost() {
			t.Error("Close did not wait")
		}
	})
	bothLost(t, w, a, b)
	if b.data.Len() != w.much() {
		t.Errorf("%d of %d bytes arrived", b.data.Len(), w.much())
	}
	expect(t, w, a, "made, lost: done")
	expect(t, w, b, "made, lost: done")
}

func testCloseInside(t *testing.T, w world) {
	a := &recorder{onMade: func(c *netx.Conn) { c.WriteString("hello") }}
	b := &recorder{}
	b.onData = func([]byte) {
		b.conn.WriteString("bye")
		b.conn.Close()
		b.note("returned")
	}
	w.connect(a, b)
	bothLost(t, w, a, b)
	w.do(func() {
		if !strings.HasPrefix(b.story(), "made, returned, lost: ") || a.data.String() != "bye" {
			t.Errorf("b: %s; a got %q", b.story(), a.data.String())
		}
	})
}

func testBothClose(t *testing.T, w world) {
	a, b := &recorder{}, &recorder{}
	w.connect(a, b)
	w.do(func() { a.conn.Close(); b.conn.Close() })
	bothLost(t, w, a, b)
	expect(t, w, a, "made, lost: done")
	expect(t, w, b, "made, lost: done")
}

func testAbort(t *testing.T, w world) {
	a, b := &recorder{}, &recorder{}
	w.connect(a, b)
	w.do(func() {
		b.conn.WriteString("too late")
		a.conn.Write(noise(w.much()))
		a.conn.Abort()
		if a.lost() || !a.conn.Closed() || a.conn.Buffered() != 0 {
			t.Errorf("lost %v, closed %v, %d bytes buffered", a.lost(), a.conn.Closed(), a.conn.Buffered())
		}
		a.conn.Abort()
		a.conn.Close()
	})
	bothLost(t, w, a, b)
	expect(t, w, a, "made, lost: aborted")
	expect(t, w, b, "made, lost: lost")
	if !errors.Is(b.reason, syscall.ECONNRESET) && !errors.Is(b.reason, syscall.EPIPE) {
		t.Errorf("the peer got %v", b.reason)
	}
	if !errors.Is(a.reason, netx.ErrConnectionLost) {
		t.Errorf("%v is no ErrConnectionLost", a.reason)
	}
	if a.data.Len() != 0 {
		t.Errorf("%q was delivered after Abort", a.data.String())
	}
}

func testAbortInside(t *testing.T, w world) {
	a, b := &recorder{onMade: func(c *netx.Conn) { c.Abort(); c.WriteString("dropped") }}, &recorder{}
	w.connect(a, b)
	bothLost(t, w, a, b)
	expect(t, w, a, "made, lost: aborted")
	expect(t, w, b, "made, lost: "+resetIn(w))
}

func testOneEnd(t *testing.T, w world) {
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
			a, b := &recorder{}, &recorder{}
			w.connect(a, b)
			w.do(func() {
				m1(a.conn)
				m2(a.conn)
				if a.lost() {
					t.Errorf("%s, %s: ConnectionLost came from inside", first, second)
				}
			})
			w.settle()
			w.do(func() { b.conn.Close(); a.conn.Resume() })
			bothLost(t, w, a, b)
			if len(a.events) != 2 || len(b.events) != 2 {
				t.Errorf("%s, %s: a %q, b %q", first, second, a.story(), b.story())
			}
		}
	}
}

func testAfterTheEnd(t *testing.T, w world) {
	a, b := &recorder{}, &recorder{}
	try := func(when string) {
		for name, err := range map[string]error{
			"Write":        second(a.conn.Write([]byte("x"))),
			"WriteString":  second(a.conn.WriteString("x")),
			"Writev":       second(a.conn.Writev([][]byte{{1}})),
			"CloseWrite":   a.conn.CloseWrite(),
			"SetNoDelay":   a.conn.SetNoDelay(false),
			"SetKeepAlive": a.conn.SetKeepAlive(false),
		} {
			if !errors.Is(err, net.ErrClosed) || !errors.Is(err, netx.ErrConnectionAborted) {
				t.Errorf("%s: %s answered %v", when, name, err)
			}
		}
		a.conn.Drained().AddBoth(func(v struct{}, err error) (struct{}, error) {
			if !errors.Is(err, net.ErrClosed) {
				t.Errorf("%s: Drained gave %v", when, err)
			}
			return v, nil
		})
		if err := a.conn.Close(); err != nil {
			t.Errorf("%s: Close answered %v", when, err)
		}
		a.conn.Abort()
		a.conn.Pause()
		a.conn.Resume()
	}
	a.onLost = func(*failure.Failure) { try("inside ConnectionLost") }
	w.connect(a, b)
	w.do(func() { a.conn.Abort(); try("after Abort") })
	bothLost(t, w, a, b)
	w.do(func() { try("after the end") })
	w.settle()
	expect(t, w, a, "made, lost: aborted")
}

func second(_ int, err error) error { return err }

func lateFor(t *testing.T, w world, r *recorder) {
	t.Helper()
	w.until("the deadline", r.lost)
	w.do(func() {
		if kindOf(r.reason) != "aborted" || !errors.Is(r.reason, deferred.ErrTimeout) {
			t.Errorf("the reason is %v", r.reason)
		}
	})
}

func testCloseDeadline(t *testing.T, w world) {
	a, b := &recorder{}, &recorder{onMade: func(c *netx.Conn) { c.Pause() }}
	w.connect(a, b, netx.WithCloseTimeout(20*time.Millisecond))
	fill(t, w, a)
	w.do(func() { a.conn.Close() })
	lateFor(t, w, a)
	bothLost(t, w, a, b)
	expect(t, w, b, "made, lost: "+resetIn(w))
}

func testFINDeadline(t *testing.T, w world) {
	a, b := &recorder{}, &halfRecorder{recorder: recorder{onMade: func(c *netx.Conn) { c.Pause() }}}
	w.connect(a, b, netx.WithCloseTimeout(20*time.Millisecond))
	fill(t, w, a)
	w.do(func() { b.conn.CloseWrite() })
	lateFor(t, w, a)
	bothLost(t, w, a, &b.recorder)
}

func testLastFlushDeadline(t *testing.T, w world) {
	a := &halfRecorder{}
	b := &halfRecorder{recorder: recorder{onMade: func(c *netx.Conn) { c.Pause() }}}
	w.connect(a, b, netx.WithCloseTimeout(20*time.Millisecond))
	fill(t, w, &a.recorder)
	w.do(func() { b.conn.CloseWrite() })
	w.until("the FIN", func() bool { return a.story() == "made, read closed" })
	w.do(func() { a.conn.CloseWrite() })
	lateFor(t, w, &a.recorder)
	bothLost(t, w, &a.recorder, &b.recorder)
	expect(t, w, &a.recorder, "made, read closed, lost: aborted")
}

func testPanics(t *testing.T, w world) {
	boom := errors.New("boom")
	for name, arm := range map[string]func(r *halfRecorder){
		"DataReceived": func(r *halfRecorder) { r.onData = func([]byte) { panic(boom) } },
		"ReadClosed":   func(r *halfRecorder) { r.onReadClosed = func() { panic(boom) } },
		"WriteClosed":  func(r *halfRecorder) { r.onWriteClosed = func() { panic(boom) } },
	} {
		a, b := &recorder{}, &halfRecorder{}
		arm(b)
		w.connect(a, b)
		w.do(func() { a.conn.WriteString("x"); b.conn.CloseWrite(); a.conn.CloseWrite() })
		bothLost(t, w, a, &b.recorder)
		var p *failure.PanicError
		if !errors.As(b.reason, &p) || !errors.Is(b.reason, boom) || !bytes.Contains(p.Stack, []byte("testPanics")) {
			t.Errorf("%s: the reason is %v", name, b.reason)
		}
		if strings.Count(b.story(), "lost") != 1 {
			t.Errorf("%s: %s", name, b.story())
		}
		if name == "DataReceived" && kindOf(a.reason) != resetIn(w) {
			t.Errorf("the peer of a protocol that broke is told that %v", a.reason)
		}
	}
}
