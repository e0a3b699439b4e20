package netx_test

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/deferred"
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

func pauseOnFirst(p *frames) {
	p.onFrame = func([]byte) {
		if len(p.events) == 1 {
			p.conn.Pause()
		}
	}
}

func testFramesHeld(t *testing.T, w world) {
	p := &frames{}
	pauseOnFirst(p)
	peer := speak(w, netx.Lines{}, p, "1\r\n2\r\n3\r\n")
	w.do(func() { peer.conn.CloseWrite() })
	wantStory(t, w, p, 1, `"1"`)
	w.do(func() { p.conn.SendString("answer"); p.conn.Resume() })
	wantStory(t, w, p, 4, `"1", "2", "3", done by the peer`)
	w.until("the answer", peer.lost)
	w.do(func() {
		if peer.data.String() != "answer\r\n" {
			t.Errorf("the peer got %q", peer.data.String())
		}
	})
}

func testFramesHeldHalfClosed(t *testing.T, w world) {
	p := &frames{}
	pauseOnFirst(p)
	peer := &halfRecorder{}
	w.connect(netx.Framed(netx.Lines{}, p), peer)
	w.do(func() { p.conn.CloseWrite() })
	w.until("the FIN", func() bool { return strings.Contains(peer.story(), "read closed") })
	w.do(func() { peer.conn.WriteString("1\r\n2\r\n3\r\n"); peer.conn.Close() })
	wantStory(t, w, p, 1, `"1"`)
	w.do(func() { p.conn.Resume() })
	wantStory(t, w, p, 4, `"1", "2", "3", done by the peer`)
}

func testFramesHeldClose(t *testing.T, w world) {
	p := &frames{}
	pauseOnFirst(p)
	peer := &halfRecorder{}
	w.connect(netx.Framed(netx.Lines{}, p), peer)
	w.do(func() { p.conn.CloseWrite() })
	w.until("the FIN", func() bool { return strings.Contains(peer.story(), "read closed") })
	w.do(func() { peer.conn.WriteString("1\r\n2\r\n3\r\n"); peer.conn.Close() })
	wantStory(t, w, p, 1, `"1"`)
	w.do(func() { p.conn.Close() })
	w.until("the end", p.lost)
	w.do(func() {
		if !strings.HasPrefix(p.story(), `"1", `) || len(p.events) != 2 {
			t.Errorf("got %s", p.story())
		}
	})
}

func testFramesClose(t *testing.T, w world) {
	p := &frames{}
	p.onFrame = func([]byte) { p.conn.SendString("bye"); p.conn.Close() }
	peer := speak(w, netx.Lines{}, p, "1\r\n2\r\n3\r\n")
	wantStory(t, w, p, 2, `"1", done`)
	w.do(func() { peer.conn.Close() })
	w.until("the end", peer.lost)
}

func testFramesTruncated(t *testing.T, w world) {
	p := &frames{}
	p.onFrame = func(frame []byte) { p.conn.SendFrame(frame) }
	peer := speak(w, netx.Netstrings{}, p, "1:a,3:bc")
	w.do(func() { peer.conn.CloseWrite() })
	wantStory(t, w, p, 2, `"a", lost truncated`)
	w.until("the end", peer.lost)
	w.do(func() {
		if peer.data.String() != "1:a," {
			t.Errorf("the peer got %q", peer.data.String())
		}
	})
}

func testFramesHalfCloser(t *testing.T, w world) {
	p := &halfFrames{}
	p.onFrame = func([]byte) {
		if len(p.events) == 1 {
			p.conn.Pause()
			later(w, func() { p.conn.Resume() })
		}
	}
	p.onReadClosed = func() {
		p.conn.SendString("all")
		p.conn.CloseWrite()
	}
	peer := speak(w, netx.Lines{}, p, "1\r\n2\r\n")
	w.do(func() { peer.conn.CloseWrite() })
	wantStory(t, w, &p.frames, 5, `"1", "2", read closed, write closed, done by the peer`)
	w.do(func() {
		if peer.data.String() != "all\r\n" {
			t.Errorf("the peer got %q", peer.data.String())
		}
	})
}

func testFramesHalfTruncated(t *testing.T, w world) {
	p := &halfFrames{}
	p.onReadClosed = func() {
		p.note("left %q", p.conn.TakeInput())
		p.conn.Close()
	}
	peer := speak(w, netx.Lines{}, p, "1\r\n2")
	w.do(func() { peer.conn.CloseWrite() })
	wantStory(t, w, &p.frames, 4, `"1", read closed, left "2", done`)
}

func testFramesLeaving(t *testing.T, w world) {
	p := &halfFrames{}
	peer := &halfRecorder{}
	w.connect(netx.Framed(netx.Lines{}, p), peer)
	w.do(func() { p.conn.CloseWrite() })
	w.until("the FIN", func() bool { return len(p.events) == 1 })
	w.do(func() { peer.conn.WriteString("1\r\n"); peer.conn.Close() })
	wantStory(t, w, &p.frames, 4, `write closed, "1", read closed, done by the peer`)
}

func testFramesTooLong(t *testing.T, w world) {
	p := &failing{}
	peer := speak(w, netx.Lines{Limit: 4}, p, "1234\r\n12345678")
	w.do(func() {
		for range 10 {
			peer.conn.WriteString("still more\r\n")
		}
	})
	wantStory(t, w, &p.frames, 3, `"1234", failed: too long, aborted too long`)
	w.do(func() { peer.conn.Close() })
	w.until("the end", peer.lost)
}

func testFramesTooLongAnswer(t *testing.T, w world) {
	p := &failing{}
	p.onFailed = func(error) { p.conn.SendString("500 too long") }
	peer := speak(w, netx.Lines{Limit: 4}, p, "12345\r")
	w.until("the answer", func() bool { return peer.data.Len() > 0 })
	wantStory(t, w, &p.frames, 2, `failed: too long, aborted too long`)
	w.do(func() {
		if got := peer.data.String(); got != "500 too long\r\n" {
			t.Errorf("the peer got %q", got)
		}
		peer.conn.Abort()
	})
	w.until("the end", peer.lost)
}

func testFramesTooLongRaw(t *testing.T, w world) {
	p := &failing{}
	skipped := 0
	p.onFailed = func(error) { p.conn.Raw() }
	p.onRaw = func(b []byte) { // skips the line
		if i := bytes.IndexByte(b, '\n'); i >= 0 {
			p.note("skipped %d", skipped+i+1)
			p.conn.Frames(b[i+1:])
			return
		}
		skipped += len(b)
	}
	peer := speak(w, netx.Lines{Limit: 4}, p, "1\r\n123456789\r\n2\r\n")
	wantStory(t, w, &p.frames, 4, `"1", failed: too long, skipped 11, "2"`)
	w.do(func() { peer.conn.Close() })
	wantStory(t, w, &p.frames, 5, `"1", failed: too long, skipped 11, "2", done by the peer`)
}

func testFramesRawLater(t *testing.T, w world) {
	p := &frames{}
	p.onFrame = func([]byte) { p.conn.Pause() }
	var got []byte
	p.onRaw = func(b []byte) { got = append(got, b...) }
	peer := speak(w, netx.Lines{}, p, "1\r\nraw")
	wantStory(t, w, p, 1, `"1"`)
	w.do(func() { p.conn.Raw(); p.conn.Resume() })
	w.until("raw bytes", func() bool { return string(got) == "raw" })
	w.do(func() {
		rest := []byte("2\r\n")
		p.conn.Frames(rest)
		copy(rest, "xxx") // the caller keeps it
	})
	wantStory(t, w, p, 2, `"1", "2"`)
	w.do(func() { p.conn.Resume(); peer.conn.WriteString("3\r\n") })
	wantStory(t, w, p, 3, `"1", "2", "3"`)
	w.do(func() { peer.conn.Abort() })
	w.until("the end", p.lost)
}

func testFramesRawPartial(t *testing.T, w world) {
	p := &frames{}
	var got []byte
	p.onRaw = func(b []byte) { got = append(got, b...) }
	peer := speak(w, netx.Lines{}, p, "not the end of")
	w.settle()
	w.do(func() { p.conn.Raw() })
	w.until("raw bytes", func() bool { return string(got) == "not the end of" })
	w.do(func() { p.conn.Raw(); peer.conn.WriteString(" it") })
	w.until("more", func() bool { return string(got) == "not the end of it" })
	w.do(func() { peer.conn.CloseWrite() })
	wantStory(t, w, p, 1, "done by the peer") // raw bytes are never incomplete
}

func testFramesInsert(t *testing.T, w world) {
	p := &frames{}
	p.onFrame = func(frame []byte) {
		if string(frame) == "1" {
			p.conn.Frames([]byte("a\r\nb"))
		}
	}
	peer := speak(w, netx.Lines{}, p, "1\r\n2\r\n")
	wantStory(t, w, p, 3, `"1", "a", "b2"`)
	w.do(func() { peer.conn.Abort() })
	w.until("the end", p.lost)
}

func testFramesTakeInput(t *testing.T, w world) {
	p := &frames{}
	var taken []byte
	p.onFrame = func(frame []byte) {
		if string(frame) == "STARTTLS" {
			taken = append(taken, p.conn.TakeInput()...)
			p.conn.Pause()
		}
	}
	peer := speak(w, netx.Lines{}, p, "1\r\nSTART")
	wantStory(t, w, p, 1, `"1"`)
	w.do(func() { peer.conn.WriteString("TLS\r\nINJECTED\r\n" + strings.Repeat("x", 2000)) })
	w.until("the frame", func() bool { return len(p.events) == 2 })
	w.settle()
	w.do(func() {
		// How much has come by then is the network's affair, but it is the
		// beginning of the rest and nothing of it is a frame later.
		if !strings.HasPrefix("INJECTED\r\n"+strings.Repeat("x", 2000), string(taken)) {
			t.Errorf("took %q", taken)
		}
		if _, small := w.(*smallPairWorld); !small && len(taken) != 2010 {
			t.Errorf("took %d bytes of 2010", len(taken))
		}
		peer.conn.Abort()
	})
	w.until("the end", p.lost)
}

func testFramesPanic(t *testing.T, w world) {
	p := &frames{}
	p.onFrame = func([]byte) { panic("frame") }
	peer := speak(w, netx.Lines{}, p, "1\r\n2\r\n")
	w.until("the end", func() bool { return p.lost() && peer.lost() })
	w.do(func() {
		if len(p.events) != 2 || !strings.Contains(p.story(), "frame") {
			t.Errorf("got %s", p.story())
		}
	})
}

func testFramesPanicResumed(t *testing.T, w world) {
	p := &frames{}
	p.onFrame = func(frame []byte) {
		if p.conn.Pause(); string(frame) == "2" {
			panic("frame")
		}
	}
	peer := speak(w, netx.Lines{}, p, "1\r\n2\r\n")
	wantStory(t, w, p, 1, `"1"`)
	w.do(func() { p.conn.Resume() })
	w.until("the end", func() bool { return p.lost() && peer.lost() })
	w.do(func() {
		if len(p.events) != 3 || !strings.Contains(p.reason.Error(), "frame") {
			t.Errorf("got %s", p.story())
		}
	})
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

func testStreamFrames(t *testing.T, w world) {
	a, b := w.streams()
	for _, c := range framings {
		for _, text := range []string{"x", "", "yz"} {
			var wrote *outcome[int]
			w.do(func() { wrote = watch(a.WriteFrame(c.framing, []byte(text))) })
			o := await(w, "a frame", func() *deferred.Deferred[[]byte] { return b.ReadFrame(c.framing) })
			if string(o.v) != text || o.err != nil {
				t.Errorf("%s: got %q, %v", c.name, o.v, o.err)
			}
			w.until("the write", func() bool { return wrote.fired })
			if wrote.v != len(text) || wrote.err != nil {
				t.Errorf("%s: the write: %+v", c.name, wrote)
			}
		}
	}
	o := await(w, "a failure", func() *deferred.Deferred[int] {
		return a.WriteFrame(netx.Prefixed{Bits: 8}, make([]byte, 256))
	})
	if !errors.Is(o.err, netx.ErrMessageTooLong) {
		t.Errorf("got the error %v", o.err)
	}
	w.do(func() {
		for name, f := range map[string]func(){"read": func() { b.ReadFrame(nil) }, "write": func() { b.WriteFrame(nil, nil) }} {
			t.Run(name, func(t *testing.T) { wantPanic(t, f) })
		}
	})
	abortBoth(w, a, b)
}

func testStreamFrameCancel(t *testing.T, w world) {
	a, b := w.streams()
	var first, second *outcome[[]byte]
	w.do(func() {
		d := b.ReadFrame(netx.Netstrings{})
		first = watch(d)
		second = watch(b.ReadFrame(netx.Lines{}))
		a.Write([]byte("3:a"))
		d.Cancel()
	})
	w.do(func() { a.Write([]byte("bc,\r\n")) })
	w.until("the second read", func() bool { return second.fired })
	w.do(func() {
		if !errors.Is(first.err, deferred.ErrCancelled) || text(second) != "3:abc," {
			t.Errorf("got %v and %q", first.err, text(second))
		}
	})
	abortBoth(w, a, b)
}

func testStreamFrameBad(t *testing.T, w world) {
	a, b := w.streams()
	w.do(func() { a.Write([]byte("1:a,x:b,")); a.CloseWrite() })
	netstring := func() *deferred.Deferred[[]byte] { return b.ReadFrame(netx.Netstrings{}) }
	if o := await(w, "a frame", netstring); text(o) != "a" {
		t.Errorf("got %q", text(o))
	}
	for range 2 {
		if o := await(w, "a failure", netstring); !errors.Is(o.err, netx.ErrBadFrame) {
			t.Errorf("got %q", text(o))
		}
	}
	if o := await(w, "the rest", func() *deferred.Deferred[[]byte] { return b.ReadFull(4) }); text(o) != "x:b," {
		t.Errorf("got %q", text(o))
	}
	if o := await(w, "the end", netstring); !errors.Is(o.err, io.EOF) {
		t.Errorf("got %q", text(o))
	}
	abortBoth(w, a, b)
}

// onlyFrames is a FrameProtocol without RawReceived.
type onlyFrames struct{ netx.FrameProtocol }

func testFramesNoRaw(t *testing.T, w world) {
	p := &frames{}
	w.connect(netx.Framed(netx.Lines{}, onlyFrames{p}), &recorder{})
	w.do(func() {
		wantPanic(t, func() { p.conn.Raw() })
		p.conn.Abort()
	})
	w.until("the end", p.lost)
}
