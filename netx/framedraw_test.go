package netx_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/netx"
)

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
