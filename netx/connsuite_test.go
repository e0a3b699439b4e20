package netx_test

import (
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"testing"

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
	if resetIn(w) == "done" {
		w.do(func() { resume(a); resume(b) })
	}
	w.until("the end of both sides", func() bool { return a.lost() && b.lost() })
	w.settle()
}

// resetIn is the kind of the reason that the peer of an aborted connection gets:
// lost where there is a RST, done where the kernel has none.
func resetIn(w world) string {
	if unixWorld(w) {
		return "done"
	}
	return "lost"
}

// unixWorld reports whether the connections of w are over Unix sockets.
func unixWorld(w world) bool {
	_, local := w.(interface{ unixSockets() })
	return local
}

// resume has r read on: without a RST, an end that stands behind input is seen by
// reading.
func resume(r *recorder) {
	if r.conn != nil {
		r.conn.Resume()
	}
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

// fill writes to a until its peer, which must be paused, takes no more.
// lateFor checks that r was aborted by the deadline.
func testTune(t *testing.T, w world) {
	a, b := &recorder{}, &recorder{}
	w.connect(a, b)
	w.do(func() {
		for _, on := range []bool{false, true} {
			unix := unixWorld(w)
			for _, err := range []error{a.conn.SetNoDelay(on), a.conn.SetKeepAlive(on)} {
				if unix != errors.Is(err, errors.ErrUnsupported) || !unix && err != nil {
					t.Error(err)
				}
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
