package netx_test

import (
	"bytes"
	"errors"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/netx"
)

func TestFramedOnPair(t *testing.T) {
	FrameSuite(t, func(t testing.TB) world { return newPairWorld(t) })
}

func TestFramedOnSmallPair(t *testing.T) {
	FrameSuite(t, func(t testing.TB) world { return &smallPairWorld{newPairWorld(t)} })
}

func TestFramedOnTCP(t *testing.T) {
	FrameSuite(t, func(t testing.TB) world { return newTCPWorld(t) })
}

// FrameSuite holds connections that carry frames, of any world, to the rules of
// FrameConn.
func FrameSuite(t *testing.T, newWorld func(t testing.TB) world) {
	for name, test := range map[string]func(t *testing.T, w world){
		"both send frames":                         testFramesBoth,
		"pause in the middle":                      testFramesPause,
		"pause and resume in each frame":           testFramesPauseEach,
		"no recursion with the input":              testFramesNoRecursion,
		"a FIN waits for frames that are paused":   testFramesHeld,
		"so it does when the output is closed":     testFramesHeldHalfClosed,
		"and Close ends the waiting":               testFramesHeldClose,
		"close drops what was not delivered":       testFramesClose,
		"a frame that is not whole":                testFramesTruncated,
		"a half closer is told after all frames":   testFramesHalfCloser,
		"a half closer and a frame not whole":      testFramesHalfTruncated,
		"both directions are closed by the peer":   testFramesLeaving,
		"too long is told once":                    testFramesTooLong,
		"the answer to too long goes out":          testFramesTooLongAnswer,
		"too long after the half close":            testFramesTooLongHalfClosed,
		"raw after too long":                       testFramesTooLongRaw,
		"raw and back, outside of a call":          testFramesRawLater,
		"raw in the middle of a frame":             testFramesRawPartial,
		"frames from elsewhere":                    testFramesInsert,
		"input for somebody else":                  testFramesTakeInput,
		"a panic":                                  testFramesPanic,
		"a panic after resume":                     testFramesPanicResumed,
		"frames that cannot be sent":               testFramesNotSent,
		"a large frame":                            testFramesLarge,
		"a stream reads and writes all framings":   testStreamFrames,
		"a read of a frame is cancelled":           testStreamFrameCancel,
		"a read of what is no frame takes nothing": testStreamFrameBad,
		"raw needs a receiver":                     testFramesNoRaw,
	} {
		t.Run(name, func(t *testing.T) { test(t, newWorld(t)) })
	}
}

// speak connects a protocol of frames to a recorder that only speaks, and says
// something to it.
func speak(w world, f netx.Framing, p netx.FrameProtocol, text string, opts ...netx.Option) *halfRecorder {
	peer := &halfRecorder{}
	w.connect(netx.Framed(f, p), peer, opts...)
	w.do(func() { peer.conn.WriteString(text) })
	return peer
}

// wantStory compares what has happened when f has got so far.
func wantStory(t *testing.T, w world, f *frames, events int, want string) {
	t.Helper()
	w.until(want, func() bool { return len(f.events) >= events })
	w.settle()
	w.do(func() {
		if got := f.story(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	})
}

// later calls f in a later turn of the world's loop.
func later(w world, f func()) { w.(interface{ later(f func()) }).later(f) }

func (w *pairWorld) later(f func()) { w.clock.AfterFunc(0, f) }

func (w *tcpWorld) later(f func()) {
	if err := w.r.CallFromThread(f); err != nil {
		w.t.Error(err)
	}
}

func testFramesBoth(t *testing.T, w world) {
	a, b := &frames{}, &frames{}
	b.onFrame = func(frame []byte) { b.conn.SendFrame(bytes.ToUpper(frame)) }
	w.connect(netx.Framed(netx.Netstrings{}, a), netx.Framed(netx.Netstrings{}, b))
	w.do(func() {
		for _, text := range []string{"one", "", "three"} {
			if err := a.conn.SendString(text); err != nil {
				t.Error(err)
			}
		}
	})
	wantStory(t, w, a, 3, `"ONE", "", "THREE"`)
	w.do(func() { a.conn.Close() })
	w.until("the end", func() bool { return a.lost() && b.lost() })
	w.do(func() {
		if err := a.conn.SendString("late"); err == nil {
			t.Error("a frame was taken after the end")
		}
	})
	wantStory(t, w, b, 4, `"one", "", "three", done by the peer`)
}

func testFramesPause(t *testing.T, w world) {
	p := &frames{}
	p.onFrame = func(frame []byte) {
		if string(frame) == "2" {
			p.conn.Pause()
		}
	}
	peer := speak(w, netx.Lines{}, p, "1\r\n2\r\n3\r\n4\r\n5")
	wantStory(t, w, p, 2, `"1", "2"`)
	w.do(func() { peer.conn.WriteString("5\r\n"); p.conn.Pause() })
	wantStory(t, w, p, 2, `"1", "2"`)
	w.do(func() {
		p.conn.Resume()
		p.conn.Resume()
		if len(p.events) > 2 {
			t.Error("Resume has delivered from inside the call")
		}
	})
	wantStory(t, w, p, 5, `"1", "2", "3", "4", "55"`)
	w.do(func() { // without anything to wait for
		p.conn.Pause()
		p.conn.Resume()
		peer.conn.WriteString("6\r\n")
	})
	wantStory(t, w, p, 6, `"1", "2", "3", "4", "55", "6"`)
	w.do(func() { peer.conn.Abort() })
	w.until("the end", p.lost)
}

func testFramesPauseEach(t *testing.T, w world) {
	p := &frames{}
	resumes := 0
	p.onFrame = func([]byte) {
		p.conn.Pause()
		if resumes++; resumes%2 == 0 {
			p.conn.Resume() // at once
			return
		}
		n := len(p.events)
		later(w, func() {
			if len(p.events) != n {
				p.note("a frame came while paused")
			}
			p.conn.Resume()
		})
	}
	var text, want []string
	for i := range 50 {
		text = append(text, strconv.Itoa(i)+"\r\n")
		want = append(want, strconv.Quote(strconv.Itoa(i)))
	}
	peer := speak(w, netx.Lines{}, p, strings.Join(text, ""))
	w.do(func() { peer.conn.Close() })
	wantStory(t, w, p, 51, strings.Join(append(want, "done by the peer"), ", "))
}

func testFramesNoRecursion(t *testing.T, w world) {
	p := &frames{}
	deepest := 0
	count := 0
	p.onFrame = func([]byte) {
		p.events = nil
		count++
		p.conn.Pause()
		p.conn.Resume()
		p.conn.Raw()
		p.conn.Frames(nil)
		if count%1000 == 0 {
			deepest = max(deepest, runtime.Callers(0, make([]uintptr, 500)))
		}
	}
	const n = 5_000
	peer := speak(w, netx.Prefixed{Bits: 8}, p, strings.Repeat("\x00", n))
	w.until("all frames", func() bool { return count == n })
	w.do(func() {
		if deepest == 0 || deepest > 100 {
			t.Errorf("frames are delivered %d calls deep", deepest)
		}
		peer.conn.Abort()
	})
	w.until("the end", p.lost)
}

func testFramesNotSent(t *testing.T, w world) {
	p := &frames{}
	peer := &recorder{}
	w.connect(netx.Framed(netx.Prefixed{Bits: 8}, p), peer)
	w.do(func() {
		if err := p.conn.SendFrame(make([]byte, 256)); !errors.Is(err, netx.ErrMessageTooLong) {
			t.Errorf("got the error %v", err)
		}
		p.conn.SendString("ok")
		p.conn.Close()
	})
	w.until("the end", peer.lost)
	w.do(func() {
		if got := peer.data.String(); got != "\x02ok" {
			t.Errorf("the peer got %q", got)
		}
	})
}

func testFramesLarge(t *testing.T, w world) {
	want := noise(w.much())
	a, b := &frames{}, &frames{}
	var got []byte
	b.onFrame = func(frame []byte) {
		b.events = nil
		got = bytes.Clone(frame)
	}
	f := netx.Prefixed{Bits: 32, Limit: len(want)}
	w.connect(netx.Framed(f, a), netx.Framed(f, b))
	w.do(func() {
		if err := a.conn.SendFrame(want); err != nil {
			t.Error(err)
		}
		a.conn.Close()
	})
	w.until("the end", b.lost)
	w.do(func() {
		if !bytes.Equal(got, want) {
			t.Errorf("%d bytes came of %d", len(got), len(want))
		}
	})
}
