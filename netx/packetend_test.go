package netx_test

import (
	"errors"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

func testPacketClose(t *testing.T, w packetWorld) {
	var order []string
	a, b := &packetRecorder{}, &packetRecorder{}
	a.onLost = func(*failure.Failure) { order = append(order, "lost") }
	ca, cb := w.packets(a, b)
	w.do(func() {
		note := func(struct{}) { order = append(order, "closed") }
		ca.Close().Tap(note)
		ca.Close().Tap(note)
		if len(order) != 0 || !ca.Closed() {
			t.Errorf("in the turn of Close: %q", order)
		}
	})
	w.until("the end", func() bool { return len(order) == 3 })
	w.do(func() { ca.Close().Tap(func(struct{}) { order = append(order, "again") }) })
	if !slices.Equal(order, []string{"lost", "closed", "closed", "again"}) {
		t.Errorf("got %q", order)
	}
	if !errors.Is(a.reason, net.ErrClosed) || kindOf(a.reason) != "done" {
		t.Errorf("the reason is %v", a.reason)
	}
	closeAll(t, w, cb)
}

func testPacketCloseInside(t *testing.T, w packetWorld) {
	b := &packetRecorder{}
	b.onPacket = func(netx.Packet) {
		b.conn.Close()
		b.events = append(b.events, "returned")
	}
	ca, cb := w.packets(nil, b)
	sendAll(t, w, ca, "one", "two")
	w.until("the end", b.lost)
	if len(b.packets) != 1 || b.story() != "made, returned, lost: done" {
		t.Errorf("got %q; %s", b.packets, b.story())
	}
	closeAll(t, w, ca, cb)
}

func testPacketAbort(t *testing.T, w packetWorld) {
	a := &packetRecorder{}
	ca, cb := w.packets(a, nil)
	w.do(func() {
		ca.Abort()
		ca.Abort()
		if a.lost() {
			t.Error("ConnectionLost came from inside")
		}
	})
	w.until("the end", a.lost)
	if a.story() != "made, lost: aborted" {
		t.Error(a.story())
	}
	closeAll(t, w, cb)
}

func testPacketAfterTheEnd(t *testing.T, w packetWorld) {
	a := &packetRecorder{}
	ca, cb := w.packets(a, nil)
	try := func(when string) {
		refused := map[string]error{
			"Write":        second(ca.Write([]byte("x"))),
			"WriteTo":      second(ca.WriteTo([]byte("x"), ca.RemoteAddr())),
			"SetBroadcast": ca.SetBroadcast(true),
		}
		ca.Drained().Catch(func(f *failure.Failure) { refused["Drained"] = f })
		for name, err := range refused {
			if !errors.Is(err, net.ErrClosed) {
				t.Errorf("%s: %s answered %v", when, name, err)
			}
		}
		if len(refused) != 4 {
			t.Errorf("%s: Drained did not fail", when)
		}
		ca.Abort()
		ca.Pause()
		ca.Resume()
	}
	a.onLost = func(*failure.Failure) { try("inside ConnectionLost") }
	w.do(func() { ca.Close(); try("after Close") })
	w.until("the end", a.lost)
	w.do(func() { try("after the end") })
	if a.story() != "made, lost: done" {
		t.Error(a.story())
	}
	closeAll(t, w, cb)
}

// closeAbort aborts a socket and waits for its end.
func closeAbort(t testing.TB, w world, c *netx.PacketConn) {
	t.Helper()
	ended := false
	w.do(func() {
		c.Abort()
		c.Close().Tap(func(struct{}) { ended = true })
	})
	w.until("the end", func() bool { return ended })
}

func testPacketCloseFlushes(t *testing.T, w packetWorld) {
	a, b := &packetRecorder{}, &packetRecorder{}
	ca, cb := w.packets(a, b)
	full := true
	refuse(w, ca, &full, netx.ErrWouldBlock)
	sendAll(t, w, ca, "one", "two")
	w.do(func() {
		ca.Close()
		if _, err := ca.Write([]byte("x")); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Write after Close: %v", err)
		}
	})
	w.settle()
	w.do(func() {
		if a.lost() {
			t.Error("Close did not wait")
		}
		makeRoom(ca, &full)
	})
	expectPackets(t, w, b, "one", "two")
	w.until("the end", a.lost)
	if a.story() != "made, lost: done" {
		t.Error(a.story())
	}
	closeAll(t, w, cb)
}

func testPacketCloseDeadline(t *testing.T, w packetWorld) {
	a := &packetRecorder{}
	ca, cb := w.packets(a, nil, netx.WithCloseTimeout(20*time.Millisecond))
	full := true
	refuse(w, ca, &full, netx.ErrWouldBlock)
	sendAll(t, w, ca, "one")
	w.do(func() { ca.Close() })
	w.until("the deadline", a.lost)
	if kindOf(a.reason) != "aborted" || !errors.Is(a.reason, deferred.ErrTimeout) {
		t.Errorf("the reason is %v", a.reason)
	}
	closeAll(t, w, cb)
}

func testPacketSocketError(t *testing.T, w packetWorld) {
	b := &packetRecorder{}
	ca, cb := w.packets(nil, b)
	w.do(func() {
		netx.MisbehavePackets(cb, netx.PacketFaults{Receive: func(func() error) error { return errBadDescriptor }})
	})
	sendAll(t, w, ca, "x")
	w.until("the end", b.lost)
	if kindOf(b.reason) != "lost" || !errors.Is(b.reason, errBadDescriptor) {
		t.Errorf("the reason is %v", b.reason)
	}
	closeAll(t, w, ca, cb)
}

func testPacketUnwatched(t *testing.T, w packetWorld) {
	trouble := errors.New("some trouble")
	b := &packetRecorder{}
	ca, cb := w.packets(nil, b)
	w.do(func() {
		netx.MisbehavePackets(cb, netx.PacketFaults{Want: func() error { return trouble }})
		cb.Pause()
		if b.lost() {
			t.Error("ConnectionLost came from inside")
		}
	})
	w.until("the end", b.lost)
	if kindOf(b.reason) != "lost" || !errors.Is(b.reason, trouble) {
		t.Errorf("the reason is %v", b.reason)
	}
	closeAll(t, w, ca, cb)
}
