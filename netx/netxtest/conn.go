package netxtest

import (
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/netx"
)

// TestConn holds connections of any world to the rules of netx.Conn. Each test in
// it gets a world of its own.
func TestConn(t *testing.T, newWorld func(t testing.TB) World) {
	for name, test := range ConnTests() {
		t.Run(name, func(t *testing.T) { test(t, newWorld(t)) })
	}
}

// ConnTests returns the tests of [TestConn] by name, for a world that is good for
// some of them only.
func ConnTests() map[string]func(t *testing.T, w World) {
	return map[string]func(t *testing.T, w World){
		"made first, with an open connection":                testMade,
		"bytes in order":                                     testOrder,
		"much in both directions":                            testMuch,
		"the caller keeps what was written":                  testCallerKeeps,
		"pieces":                                             testWritev,
		"a small write goes out at once":                     testAtOnce,
		"close sends what is buffered":                       testCloseFlushes,
		"a write in the turn of close is sent":               testWriteAfterClose,
		"close from inside the protocol":                     testCloseInside,
		"both close at a time":                               testBothClose,
		"half close, answer, half close":                     testHalfClose,
		"half close by the one that read to the end":         testHalfCloseSecond,
		"half close, then close":                             testHalfCloseThenClose,
		"half close, and the FIN comes first":                testFINWhileFlushing,
		"a write when both directions are closed":            testWriteWhenBothClosed,
		"a FIN does not cut the answer off":                  testFINFlushes,
		"no more output after half close":                    testWriteAfterHalfClose,
		"abort":                                              testAbort,
		"abort from inside the protocol":                     testAbortInside,
		"the end is told once":                               testOneEnd,
		"after the end":                                      testAfterTheEnd,
		"paused":                                             testPaused,
		"paused in the protocol":                             testPausedInside,
		"a reset while paused":                               testResetWhilePaused,
		"a FIN while paused":                                 testFINWhilePaused,
		"a FIN behind input while paused":                    testFINBehindInput,
		"a slow reader is waited for":                        testBackPressure,
		"drained with both marks at zero":                    testDrainedZero,
		"drained has fired when there is room":               testDrainedAtOnce,
		"drained is cancelled":                               testDrainedCancel,
		"drained fails at the end":                           testDrainedFails,
		"too much output":                                    testMaxBuffered,
		"a peer that does not read and Close":                testCloseDeadline,
		"a peer that does not read and its own FIN":          testFINDeadline,
		"a peer that does not read and half close":           testLastFlushDeadline,
		"a producer is paused and resumed at the marks":      testPushMarks,
		"a producer that comes late is paused at once":       testPushLate,
		"a pull producer is asked again and again":           testPull,
		"a pull producer may take its time":                  testPullLater,
		"close waits for a producer that was never paused":   testCloseWaitsForPush,
		"close waits for a pull producer":                    testCloseWaitsForPull,
		"half close waits for a producer":                    testHalfCloseWaits,
		"a FIN does not cut a producer off":                  testFINWaits,
		"a producer is stopped once, before the end is told": testStopProducing,
		"a producer that cannot be registered":               testProducerRefused,
		"producers that panic":                               testProducerPanics,
		"a peer that does not read and a producer":           testProducerDeadline,

		"a pipe":                                testPipe,
		"a pipe to a reader that does not read": testPipeHolds,
		"a pipe whose one side is reset":        testPipeAbort,
		"a pipe whose one side is closed":       testPipeClose,

		"panics":  testPanics,
		"options": testTune,
		"text":    testString,
	}
}

// expect compares stories, on the loop.
func expect(t testing.TB, w World, r *Recorder, want string) {
	t.Helper()
	got := ""
	w.Do(func() { got = r.Story() })
	if got != want {
		t.Errorf("story:\n got %q\nwant %q", got, want)
	}
}

// bothLost waits for the end of a connection.
func bothLost(t testing.TB, w World, a, b *Recorder) {
	t.Helper()
	w.Until("the end of both sides", func() bool { return a.Lost() && b.Lost() })
	w.Settle()
}

// noise is n bytes that are not alike.
func noise(n int) []byte {
	p := make([]byte, n)
	r := rand.NewChaCha8([32]byte{1})
	r.Read(p)
	return p
}

func testMade(t *testing.T, w World) {
	var closedThen bool
	a, b := &Recorder{}, &Recorder{OnMade: func(c *netx.Conn) { closedThen = c.Closed() }}
	w.Connect(a, b)
	w.Do(func() {
		if closedThen || a.Conn.Closed() {
			t.Error("a new connection says it is closed")
		}
		if got, want := a.Conn.LocalAddr().String(), b.Conn.RemoteAddr().String(); got != want {
			t.Errorf("a is at %s and b speaks with %s", got, want)
		}
		if got, want := b.Conn.LocalAddr().String(), a.Conn.RemoteAddr().String(); got != want {
			t.Errorf("b is at %s and a speaks with %s", got, want)
		}
		a.Conn.Close()
	})
	bothLost(t, w, a, b)
	expect(t, w, a, "made, lost: done")
	expect(t, w, b, "made, lost: done")
	w.Do(func() {
		if !a.Conn.Closed() || !b.Conn.Closed() {
			t.Error("an ended connection says it is open")
		}
		if got, want := a.Conn.LocalAddr().String(), b.Conn.RemoteAddr().String(); got != want {
			t.Errorf("after the end a was at %s and b spoke with %s", got, want)
		}
		if !errors.Is(a.Reason, net.ErrClosed) || errors.Is(a.Reason, io.EOF) {
			t.Errorf("the side that closed got %v", a.Reason)
		}
		if !errors.Is(b.Reason, io.EOF) || errors.Is(b.Reason, net.ErrClosed) {
			t.Errorf("the other side got %v", b.Reason)
		}
		if text := b.Reason.Error(); !strings.Contains(text, a.Conn.LocalAddr().String()) {
			t.Errorf("the reason does not name the address: %s", text)
		}
	})
}

func testTune(t *testing.T, w World) {
	a, b := &Recorder{}, &Recorder{}
	w.Connect(a, b)
	w.Do(func() {
		for _, on := range []bool{false, true} {
			if err := errors.Join(a.Conn.SetNoDelay(on), a.Conn.SetKeepAlive(on)); err != nil {
				t.Error(err)
			}
		}
		a.Conn.Close()
	})
	bothLost(t, w, a, b)
}

func testString(t *testing.T, w World) {
	a, b := &Recorder{}, &Recorder{OnMade: func(c *netx.Conn) { c.Pause() }}
	w.Connect(a, b)
	fill(t, w, a)
	w.Do(func() {
		for _, part := range []string{a.Conn.LocalAddr().String(), b.Conn.LocalAddr().String(), "open", "bytes buffered"} {
			if !strings.Contains(a.Conn.String(), part) {
				t.Errorf("%q is not in %q", part, a.Conn.String())
			}
		}
		a.Conn.Abort()
		if !strings.Contains(a.Conn.String(), "ending") {
			t.Errorf("got %q", a.Conn.String())
		}
	})
	bothLost(t, w, a, b)
}
