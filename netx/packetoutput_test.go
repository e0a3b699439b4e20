package netx_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

// refuse has every send of c answer err while *on holds.
func refuse(w world, c *netx.PacketConn, on *bool, err error) {
	w.do(func() {
		netx.MisbehavePackets(c, netx.PacketFaults{Full: on, Send: func(_ []byte, send func() error) error {
			if *on {
				return err
			}
			return send()
		}})
	})
}

// makeRoom ends that. Loop goroutine only.
func makeRoom(c *netx.PacketConn, on *bool) {
	*on = false
	netx.Rewatch(c)
}

func testPacketNoRoom(t *testing.T, w packetWorld) {
	b := &packetRecorder{}
	ca, cb := w.packets(nil, b)
	full := true
	refuse(w, ca, &full, netx.ErrWouldBlock)
	var want []string
	w.do(func() {
		p := []byte("number 0")
		for i := range 150 { // more than are sent in one turn
			p[7] = byte(i)
			want = append(want, string(p))
			if n, err := ca.Write(p); n != len(p) || err != nil {
				t.Errorf("Write answered %d, %v", n, err)
			}
		}
		if ca.Buffered() < 150*len(p) || ca.Stats().Sent != 0 {
			t.Errorf("%d bytes wait", ca.Buffered())
		}
		makeRoom(ca, &full)
	})
	expectPackets(t, w, b, want...)
	w.do(func() {
		if ca.Buffered() != 0 || ca.Stats().Sent != 150 {
			t.Errorf("%d bytes wait; %+v", ca.Buffered(), ca.Stats())
		}
	})
	closeAll(t, w, ca, cb)
}

func testPacketNoRoomUntold(t *testing.T, w packetWorld) {
	b := &packetRecorder{}
	ca, cb := w.packets(nil, b)
	full := true
	refuse(w, ca, &full, netx.ErrNoRoom)
	sendAll(t, w, ca, "one", "two", "three")
	w.settle()
	w.do(func() {
		if len(b.packets) != 0 {
			t.Errorf("got %q", b.packets)
		}
		makeRoom(ca, &full)
	})
	expectPackets(t, w, b, "one", "two", "three")
	full = true
	sendAll(t, w, ca, "lost") // and its timer is taken back
	closeAbort(t, w, ca)
	closeAll(t, w, cb)
}

func testPacketTooMuch(t *testing.T, w packetWorld) {
	b := &packetRecorder{}
	ca, cb := w.packets(nil, b, netx.WithMaxBuffered(1000))
	full := true
	refuse(w, ca, &full, netx.ErrWouldBlock)
	taken := 0
	w.do(func() {
		for {
			if _, err := ca.Write(nil); err != nil {
				if !errors.Is(err, netx.ErrBufferFull) {
					t.Errorf("Write answered %v", err)
				}
				break
			}
			taken++
		}
		if ca.Buffered() > 1000 || taken != 15 || ca.Stats().Refused != 1 || ca.Closed() {
			t.Errorf("%d empty datagrams are %d bytes; %+v, closed %v", taken, ca.Buffered(), ca.Stats(), ca.Closed())
		}
		makeRoom(ca, &full)
	})
	expectPackets(t, w, b, make([]string, taken)...)
	sendAll(t, w, ca, "more")
	w.until("another one", b.got(taken+1))
	closeAll(t, w, ca, cb)
}

func testPacketDrained(t *testing.T, w packetWorld) {
	ca, cb := w.packets(nil, nil, netx.WithWriteMarks(100, 200))
	full := true
	refuse(w, ca, &full, netx.ErrWouldBlock)
	var events []string
	w.do(func() {
		for range 10 {
			ca.Drained().Tap(func(struct{}) { events = append(events, "at once") })
			if _, err := ca.Write(make([]byte, 50)); err != nil {
				t.Error(err)
			}
		}
	})
	// Two of 114 bytes each are above 200.
	for i, e := range events {
		if e != "at once" || i > 1 {
			t.Errorf("got %q", events)
			break
		}
	}
	var cancelled error
	w.do(func() {
		d := ca.Drained()
		d.Catch(func(f *failure.Failure) { cancelled = f })
		d.Cancel()
		if !errors.Is(cancelled, deferred.ErrCancelled) {
			t.Errorf("got %v", cancelled)
		}
		makeRoom(ca, &full)
	})
	w.until("the others", func() bool { return len(events) == 10 })
	full = true
	failed := error(nil)
	w.do(func() {
		for range 3 {
			if _, err := ca.Write(make([]byte, 100)); err != nil {
				t.Error(err)
			}
		}
		ca.Drained().Catch(func(f *failure.Failure) { failed = f })
		ca.Abort()
	})
	w.until("its failure", func() bool { return failed != nil })
	if !errors.Is(failed, netx.ErrConnectionAborted) {
		t.Errorf("got %v", failed)
	}
	closeAll(t, w, cb)
}

func testPacketLateError(t *testing.T, w packetWorld) {
	boom := errors.New("boom")
	a, b := &packetRecorder{}, &packetRecorder{}
	ca, cb := w.packets(a, b)
	full := true
	w.do(func() {
		netx.MisbehavePackets(ca, netx.PacketFaults{Full: &full, Send: func(p []byte, send func() error) error {
			switch {
			case full:
				return netx.ErrWouldBlock
			case string(p) == "bad":
				return boom
			}
			return send()
		}})
	})
	sendAll(t, w, ca, "one", "bad", "two")
	w.do(func() { makeRoom(ca, &full) })
	expectPackets(t, w, b, "one", "two")
	w.do(func() {
		if len(a.errs) != 1 || !errors.Is(a.errs[0], boom) || !strings.Contains(a.errs[0].Error(), ca.RemoteAddr().String()) {
			t.Errorf("got %v", a.errs)
		}
		if _, err := ca.Write([]byte("bad")); !errors.Is(err, boom) {
			t.Errorf("Write answered %v", err)
		}
		if got := ca.Stats(); got.Failed != 1 || got.Sent != 2 {
			t.Errorf("%+v", got)
		}
	})
	closeAll(t, w, ca, cb)
}
