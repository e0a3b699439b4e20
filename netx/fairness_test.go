//go:build unix

package netx_test

import (
	"testing"

	"github.com/spindle-go/spindle/netx"
)

// TestAFloodDoesNotStarveTheOthers has a connection with far more to read than one
// turn gives it, and one that gets a byte meanwhile. In a turn of the loop a
// connection is read from once, into a buffer of a bounded size.
func TestAFloodDoesNotStarveTheOthers(t *testing.T) {
	w := newTCPWorld(t)
	a, b := &recorder{}, &recorder{onMade: func(c *netx.Conn) { c.Pause() }}
	c, d := &recorder{}, &recorder{}
	w.connect(a, b)
	w.connect(c, d)
	fillTo(t, w, a, w.much())
	turnOf := func() uint64 { return w.r.Stats().Turns }
	var last, began, served uint64
	b.onData = func(p []byte) {
		if len(p) > 256<<10 {
			t.Errorf("%d bytes were read at a time", len(p))
		}
		if now := turnOf(); now == last {
			t.Errorf("it was read from twice in turn %d", now)
		} else {
			last = now
		}
	}
	before := 0
	d.onData = func([]byte) { served, before = turnOf(), b.data.Len() }
	w.do(func() {
		began = turnOf()
		b.conn.Resume()
		c.conn.WriteString("x")
	})
	w.until("the byte", func() bool { return served > 0 })
	w.do(func() {
		if n := served - began; n > 3 {
			t.Errorf("a byte came after %d turns of a flood", n)
		}
		if before > 3*256<<10 {
			t.Errorf("%d bytes of the flood came before it", before)
		}
		a.conn.Abort()
		c.conn.Close()
	})
	bothLost(t, w, a, b)
	bothLost(t, w, c, d)
	if b.chunks == 0 {
		t.Error("there was no flood")
	}
}

// TestOutputIsSentInTurns has much buffered for a peer that reads: the loop writes
// once for each event, so that others are served in between.
func TestOutputIsSentInTurns(t *testing.T) {
	w := newTCPWorld(t)
	a, b := &recorder{}, &recorder{onMade: func(c *netx.Conn) { c.Pause() }}
	w.connect(a, b)
	fillTo(t, w, a, w.much())
	var last uint64
	left := 0
	w.do(func() { left = a.conn.Buffered(); b.conn.Resume() })
	w.until("the output", func() bool {
		now := w.r.Stats().Turns
		moved := left - a.conn.Buffered()
		if left -= moved; moved > 1<<20 && now-last < 2 {
			t.Errorf("%d bytes were written in a turn", moved)
		}
		last = now
		return left == 0
	})
	w.do(func() { a.conn.Close() })
	bothLost(t, w, a, b)
}

// fillTo writes to a until its peer, which must be paused, takes no more, and n
// bytes are buffered.
func fillTo(t testing.TB, w world, a *recorder, n int) {
	t.Helper()
	for full := false; !full; {
		w.do(func() {
			for a.conn.Buffered() <= n {
				if _, err := a.conn.Write(make([]byte, 64<<10)); err != nil {
					t.Error(err)
					break
				}
			}
		})
		w.settle()
		w.do(func() { full = a.conn.Buffered() > n || a.conn.Closed() })
	}
}
