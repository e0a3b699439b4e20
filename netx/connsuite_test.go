package netx_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

func TestConnOnPair(t *testing.T) {
	ConnSuite(t, func(t testing.TB) world { return newPairWorld(t) })
}

func TestConnOnSmallPair(t *testing.T) {
	ConnSuite(t, func(t testing.TB) world { return &smallPairWorld{newPairWorld(t)} })
}

func TestConnOnTCP(t *testing.T) {
	ConnSuite(t, func(t testing.TB) world { return newTCPWorld(t) })
}

// smallPairWorld has room for seven bytes in each direction.
type smallPairWorld struct{ *pairWorld }

func (w *smallPairWorld) much() int { return 10_000 }

func (w *smallPairWorld) connect(a, b netx.Protocol, opts ...netx.Option) {
	w.pairWorld.connect(a, b, append(opts, netx.WithPairBuffer(7))...)
}

// ConnSuite holds connections of any world to the rules of Conn.
func ConnSuite(t *testing.T, newWorld func(t testing.TB) world) {
	for name, test := range map[string]func(t *testing.T, w world){
		"made first, with an open connection":        testMade,
		"bytes in order":                             testOrder,
		"much in both directions":                    testMuch,
		"the caller keeps what was written":          testCallerKeeps,
		"pieces":                                     testWritev,
		"a small write goes out at once":             testAtOnce,
		"close sends what is buffered":               testCloseFlushes,
		"a write in the turn of close is sent":       testWriteAfterClose,
		"close from inside the protocol":             testCloseInside,
		"both close at a time":                       testBothClose,
		"half close, answer, half close":             testHalfClose,
		"half close by the one that read to the end": testHalfCloseSecond,
		"half close, then close":                     testHalfCloseThenClose,
		"half close, and the FIN comes first":        testFINWhileFlushing,
		"a write when both directions are closed":    testWriteWhenBothClosed,
		"a FIN does not cut the answer off":          testFINFlushes,
		"no more output after half close":            testWriteAfterHalfClose,
		"abort":                                      testAbort,
		"abort from inside the protocol":             testAbortInside,
		"the end is told once":                       testOneEnd,
		"after the end":                              testAfterTheEnd,
		"paused":                                     testPaused,
		"paused in the protocol":                     testPausedInside,
		"a reset while paused":                       testResetWhilePaused,
		"a FIN while paused":                         testFINWhilePaused,
		"a FIN behind input while paused":            testFINBehindInput,
		"a slow reader is waited for":                testBackPressure,
		"drained with both marks at zero":            testDrainedZero,
		"drained has fired when there is room":       testDrainedAtOnce,
		"drained is cancelled":                       testDrainedCancel,
		"drained fails at the end":                   testDrainedFails,
		"too much output":                            testMaxBuffered,
		"a peer that does not read and Close":        testCloseDeadline,
		"a peer that does not read and its own FIN":  testFINDeadline,
		"a peer that does not read and half close":   testLastFlushDeadline,
		"panics":  testPanics,
		"options": testTune,
		"text":    testString,
	} {
		t.Run(name, func(t *testing.T) { test(t, newWorld(t)) })
	}
}

// expect compares stories, on the loop.
func expect(t testing.TB, w world, r *recorder, want string) {
	t.Helper()
	got := ""
	w.do(func() { got = r.story() })
	if got != want {
		t.Errorf("story:\n got %q\nwant %q", got, want)
	}
}

// bothLost waits for the end of a connection.
func bothLost(t testing.TB, w world, a, b *recorder) {
	t.Helper()
	w.until("the end of both sides", func() bool { return a.lost() && b.lost() })
	w.settle()
}

// noise is n bytes that are not alike.
func noise(n int) []byte {
	p := make([]byte, n)
	r := rand.NewChaCha8([32]byte{1})
	r.Read(p)
	return p
}

func testMade(t *testing.T, w world) {
	var closedThen bool
	a, b := &recorder{}, &recorder{onMade: func(c *netx.Conn) { closedThen = c.Closed() }}
	w.connect(a, b)
	w.do(func() {
		if closedThen || a.conn.Closed() {
			t.Error("a new connection says it is closed")
		}
		if got, want := a.conn.LocalAddr().String(), b.conn.RemoteAddr().String(); got != want {
			t.Errorf("a is at %s and b speaks with %s", got, want)
		}
		if got, want := b.conn.LocalAddr().String(), a.conn.RemoteAddr().String(); got != want {
			t.Errorf("b is at %s and a speaks with %s", got, want)
		}
		a.conn.Close()
	})
	bothLost(t, w, a, b)
	expect(t, w, a, "made, lost: done")
	expect(t, w, b, "made, lost: done")
	w.do(func() {
		if !a.conn.Closed() || !b.conn.Closed() {
			t.Error("an ended connection says it is open")
		}
		if got, want := a.conn.LocalAddr().String(), b.conn.RemoteAddr().String(); got != want {
			t.Errorf("after the end a was at %s and b spoke with %s", got, want)
		}
		if !errors.Is(a.reason, net.ErrClosed) || errors.Is(a.reason, io.EOF) {
			t.Errorf("the side that closed got %v", a.reason)
		}
		if !errors.Is(b.reason, io.EOF) || errors.Is(b.reason, net.ErrClosed) {
			t.Errorf("the other side got %v", b.reason)
		}
		if text := b.reason.Error(); !strings.Contains(text, a.conn.LocalAddr().String()) {
			t.Errorf("the reason does not name the address: %s", text)
		}
	})
}

func testOrder(t *testing.T, w world) {
	a, b := &recorder{}, &recorder{}
	w.connect(a, b)
	var want bytes.Buffer
	w.do(func() {
		for i := range 1000 {
			fmt.Fprintf(&want, "%d,", i)
			switch i % 3 {
			case 0:
				fmt.Fprintf(a.conn, "%d,", i)
			case 1:
				a.conn.WriteString(fmt.Sprintf("%d,", i))
			default:
				a.conn.Writev([][]byte{fmt.Appendf(nil, "%d", i), nil, []byte(",")})
			}
		}
	})
	w.until("all of it", func() bool { return b.data.Len() >= want.Len() })
	w.do(func() {
		if b.data.String() != want.String() {
			t.Errorf("got %q", b.data.String())
		}
		b.conn.Close()
	})
	bothLost(t, w, a, b)
}

func testMuch(t *testing.T, w world) {
	size := w.much()
	there, back := noise(size), noise(size)
	a, b := &recorder{}, &recorder{}
	b.onData = func(p []byte) { // as much back as has come, while it comes
		at := b.data.Len()
		if n, err := b.conn.Write(back[at-len(p) : at]); n != len(p) || err != nil {
			t.Errorf("Write answered %d, %v", n, err)
		}
	}
	w.connect(a, b)
	w.do(func() {
		for p := there; len(p) > 0; p = p[min(len(p), 333_333):] {
			a.conn.Write(p[:min(len(p), 333_333)])
		}
		if a.conn.Buffered() == 0 {
			t.Errorf("all of %d bytes went out at once, so the test tests nothing", size)
		}
	})
	w.until("all of it", func() bool { return a.data.Len() >= size })
	w.do(func() {
		if !bytes.Equal(b.data.Bytes(), there) || !bytes.Equal(a.data.Bytes(), back) {
			t.Error("what arrived is not what was sent")
		}
		if a.conn.Buffered()+b.conn.Buffered() != 0 {
			t.Errorf("%d and %d bytes are left", a.conn.Buffered(), b.conn.Buffered())
		}
		a.conn.Close()
	})
	bothLost(t, w, a, b)
}

func testCallerKeeps(t *testing.T, w world) {
	a, b := &recorder{}, &recorder{}
	w.connect(a, b)
	want := noise(w.much())
	w.do(func() {
		p := bytes.Clone(want)
		a.conn.Write(p[:len(p)/2])
		a.conn.Writev([][]byte{p[len(p)/2 : len(p)*3/4], p[len(p)*3/4:]})
		clear(p)
		a.conn.Close()
	})
	bothLost(t, w, a, b)
	if !bytes.Equal(b.data.Bytes(), want) {
		t.Error("what arrived is not what was written")
	}
}

func testWritev(t *testing.T, w world) {
	a, b := &recorder{}, &recorder{}
	w.connect(a, b)
	var pieces [][]byte
	for i := range 100 {
		pieces = append(pieces, bytes.Repeat([]byte{byte(i)}, i*(1+w.much()/100_000)))
	}
	want := bytes.Join(pieces, nil)
	w.do(func() {
		if n, err := a.conn.Writev(nil); n != 0 || err != nil {
			t.Errorf("Writev of nothing answered %d, %v", n, err)
		}
		if n, err := a.conn.Writev([][]byte{nil, {}}); n != 0 || err != nil {
			t.Errorf("Writev of empty pieces answered %d, %v", n, err)
		}
		for range 2 { // the second one may meet a buffer
			if n, err := a.conn.Writev(pieces); n != len(want) || err != nil {
				t.Errorf("Writev answered %d, %v", n, err)
			}
		}
		a.conn.Close()
	})
	bothLost(t, w, a, b)
	if !bytes.Equal(b.data.Bytes(), append(want, want...)) {
		t.Error("what arrived is not what was written")
	}
}

func testAtOnce(t *testing.T, w world) {
	a, b := &recorder{}, &recorder{}
	w.connect(a, b)
	w.do(func() {
		for _, write := range []func() (int, error){
			func() (int, error) { return a.conn.Write([]byte("a")) },
			func() (int, error) { return a.conn.WriteString("b") },
			func() (int, error) { return a.conn.Writev([][]byte{[]byte("c"), []byte("d")}) },
			func() (int, error) { return a.conn.Writev(make([][]byte, 100)) },
			func() (int, error) { return a.conn.Write(nil) },
			func() (int, error) { return a.conn.WriteString("") },
		} {
			if _, err := write(); err != nil || a.conn.Buffered() != 0 {
				t.Errorf("%d bytes are buffered, error %v", a.conn.Buffered(), err)
			}
		}
		a.conn.Close()
	})
	bothLost(t, w, a, b)
	if b.data.String() != "abcd" {
		t.Errorf("got %q", b.data.String())
	}
}

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

func testWriteAfterClose(t *testing.T, w world) {
	a, b := &recorder{}, &recorder{}
	w.connect(a, b)
	w.do(func() {
		a.conn.WriteString("before")
		a.conn.Close()
		if n, err := a.conn.WriteString(" and after"); n != 10 || err != nil {
			t.Errorf("Write in the turn of Close answered %d, %v", n, err)
		}
	})
	bothLost(t, w, a, b)
	if b.data.String() != "before and after" {
		t.Errorf("got %q", b.data.String())
	}
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

func testWriteAfterHalfClose(t *testing.T, w world) {
	a, b := &recorder{}, &halfRecorder{}
	w.connect(a, b)
	refused := func(when string) {
		n, err := a.conn.WriteString("x")
		if n != 0 || !errors.Is(err, netx.ErrWriteClosed) || !errors.Is(err, net.ErrClosed) {
			t.Errorf("%s: Write answered %d, %v", when, n, err)
		}
		if n, err := a.conn.Writev([][]byte{{1}}); n != 0 || !errors.Is(err, netx.ErrWriteClosed) {
			t.Errorf("%s: Writev answered %d, %v", when, n, err)
		}
	}
	w.do(func() { a.conn.CloseWrite(); refused("at once") })
	w.until("the FIN", func() bool { return len(b.events) == 2 })
	w.do(func() {
		refused("after the FIN")
		a.conn.Close()
		refused("after Close")
	})
	w.until("the end of a", a.lost)
	w.do(func() { b.conn.Close() })
	bothLost(t, w, a, &b.recorder)
	expect(t, w, a, "made, lost: done") // it is no HalfCloser
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
	expect(t, w, b, "made, lost: lost")
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
	expect(t, w, b, "made, lost: lost")
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

// fill writes to a until its peer, which must be paused, takes no more.
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

// lateFor checks that r was aborted by the deadline.
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
	expect(t, w, b, "made, lost: lost")
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
		if name == "DataReceived" && kindOf(a.reason) != "lost" {
			t.Errorf("the peer of a protocol that broke is told that %v", a.reason)
		}
	}
}

func testTune(t *testing.T, w world) {
	a, b := &recorder{}, &recorder{}
	w.connect(a, b)
	w.do(func() {
		for _, on := range []bool{false, true} {
			if err := errors.Join(a.conn.SetNoDelay(on), a.conn.SetKeepAlive(on)); err != nil {
				t.Error(err)
			}
		}
		a.conn.Close()
	})
	bothLost(t, w, a, b)
}

func testString(t *testing.T, w world) {
	a, b := &recorder{}, &recorder{onMade: func(c *netx.Conn) { c.Pause() }}
	w.connect(a, b)
	fill(t, w, a)
	w.do(func() {
		for _, part := range []string{a.conn.LocalAddr().String(), b.conn.LocalAddr().String(), "open", "bytes buffered"} {
			if !strings.Contains(a.conn.String(), part) {
				t.Errorf("%q is not in %q", part, a.conn.String())
			}
		}
		a.conn.Abort()
		if !strings.Contains(a.conn.String(), "ending") {
			t.Errorf("got %q", a.conn.String())
		}
	})
	bothLost(t, w, a, b)
}
