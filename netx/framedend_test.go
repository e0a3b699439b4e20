package netx_test

import (
	"strings"
	"testing"

	"github.com/spindle-go/spindle/netx"
)

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

func testFramesTooLongHalfClosed(t *testing.T, w world) {
	p, peer := &frames{}, &halfRecorder{}
	w.connect(netx.Framed(netx.Lines{Limit: 4}, p), peer)
	w.do(func() { p.conn.SendString("all"); p.conn.CloseWrite() })
	w.until("the FIN", func() bool { return strings.Contains(peer.story(), "read closed") })
	w.do(func() { peer.conn.WriteString("1\r\n12345678") })
	wantStory(t, w, p, 2, `"1", aborted too long`)
	w.do(func() {
		if peer.data.String() != "all\r\n" {
			t.Errorf("the peer got %q", peer.data.String())
		}
		if p.conn.ProxyHeader() != nil {
			t.Error("a connection without a proxy has a header of one")
		}
		peer.conn.Close()
	})
	w.until("the end", peer.lost)
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
