package netx_test

import (
	"testing"

	"github.com/spindle-go/spindle/netx"
)

func TestParking(t *testing.T) {
	w := newTCPWorld(t)
	a, b := &recorder{}, &halfRecorder{}
	w.connect(a, b)
	has := func(n int) {
		t.Helper()
		w.do(func() {
			if netx.Held(w.net) != n || netx.Parked(w.net) != n {
				t.Errorf("%d are held and %d parked, not %d", netx.Held(w.net), netx.Parked(w.net), n)
			}
		})
	}
	has(0)
	w.do(func() { a.conn.Pause(); b.conn.Pause() })
	has(2)
	w.do(func() { a.conn.Resume() })
	has(1)
	w.do(func() { a.conn.CloseWrite() })
	w.until("the FIN", func() bool { return len(b.events) == 2 })
	has(1) // it has nothing to read now
	w.do(func() { a.conn.Pause(); b.conn.Write(make([]byte, 2*w.much())) })
	has(1) // a; b waits for room
	w.do(func() { a.conn.Resume(); b.conn.Close() })
	bothLost(t, w, a, &b.recorder)
	has(0)
}
