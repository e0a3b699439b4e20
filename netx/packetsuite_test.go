package netx_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

// PacketSuite holds sockets for datagrams of any world to the rules of PacketConn.
func PacketSuite(t *testing.T, newWorld func(t testing.TB) packetWorld) {
	for name, test := range map[string]func(t *testing.T, w packetWorld){
		"whole datagrams, both ways":            testPackets,
		"empty ones":                            testEmptyPackets,
		"an answer from inside":                 testPacketAnswer,
		"paused":                                testPacketPaused,
		"cut":                                   testPacketCut,
		"the peer alone":                        testPacketPeerAlone,
		"receive":                               testReceive,
		"receive, cancelled":                    testReceiveCancel,
		"receive, at the end":                   testReceiveEnd,
		"receive beside a protocol":             testReceiveBeside,
		"close":                                 testPacketClose,
		"close from inside":                     testPacketCloseInside,
		"abort":                                 testPacketAbort,
		"after the end":                         testPacketAfterTheEnd,
		"a panic costs one datagram":            testPacketPanic,
		"a panic in ErrorReceived":              testPacketErrorPanic,
		"no room":                               testPacketNoRoom,
		"no room, and nobody tells when":        testPacketNoRoomUntold,
		"too much waits":                        testPacketTooMuch,
		"drained":                               testPacketDrained,
		"close sends what waits":                testPacketCloseFlushes,
		"close has a deadline":                  testPacketCloseDeadline,
		"an error of one that waited":           testPacketLateError,
		"an error of the socket":                testPacketSocketError,
		"an error of a datagram sent before":    testPacketSoftError,
		"the socket cannot be watched any more": testPacketUnwatched,
		"text and figures":                      testPacketString,
	} {
		t.Run(name, func(t *testing.T) { test(t, newWorld(t)) })
	}
}

func expectPackets(t testing.TB, w world, r *packetRecorder, want ...string) {
	t.Helper()
	w.until("the datagrams", r.got(len(want)))
	w.settle()
	w.do(func() {
		if !slices.Equal(r.packets, want) {
			t.Errorf("got %q, not %q", r.packets, want)
		}
	})
}

func testPackets(t *testing.T, w packetWorld) {
	a, b := &packetRecorder{}, &packetRecorder{}
	ca, cb := w.packets(a, b)
	big := string(noise(8000))
	sendAll(t, w, ca, "one", "two", big)
	sendAll(t, w, cb, "three")
	expectPackets(t, w, b, "one", "two", big)
	expectPackets(t, w, a, "three")
	w.do(func() {
		if a.conn != ca || b.conn != cb {
			t.Error("ConnectionMade got another one than was returned")
		}
		if b.froms[0] != ca.LocalAddr() || cb.RemoteAddr() != ca.LocalAddr() || ca.RemoteAddr() != cb.LocalAddr() {
			t.Errorf("a is at %v and b hears from %v; b's peer is %v, a's %v", ca.LocalAddr(), b.froms[0], cb.RemoteAddr(), ca.RemoteAddr())
		}
		if b.cut != 0 {
			t.Error("a datagram was cut")
		}
	})
	closeAll(t, w, ca, cb)
	w.do(func() {
		if a.story() != "made, lost: done" || b.story() != "made, lost: done" {
			t.Errorf("a: %s, b: %s", a.story(), b.story())
		}
	})
}

func testEmptyPackets(t *testing.T, w packetWorld) {
	b := &packetRecorder{}
	ca, cb := w.packets(nil, b)
	sendAll(t, w, ca, "", "x", "")
	expectPackets(t, w, b, "", "x", "")
	closeAll(t, w, ca, cb)
}

func testPacketAnswer(t *testing.T, w packetWorld) {
	a, b := &packetRecorder{}, &packetRecorder{}
	b.onPacket = func(p netx.Packet) {
		if _, err := b.conn.WriteTo([]byte("re: "+string(p.Data)), p.From); err != nil {
			t.Error(err)
		}
	}
	ca, cb := w.packets(a, b)
	sendAll(t, w, ca, "you", "and you")
	expectPackets(t, w, a, "re: you", "re: and you")
	closeAll(t, w, ca, cb)
}

func testPacketPaused(t *testing.T, w packetWorld) {
	b := &packetRecorder{}
	ca, cb := w.packets(nil, b)
	b.onPacket = func(netx.Packet) { cb.Pause() }
	w.do(func() { cb.Pause(); cb.Pause() })
	sendAll(t, w, ca, "one", "two")
	w.settle()
	w.do(func() {
		if len(b.packets) != 0 {
			t.Errorf("paused, and got %q", b.packets)
		}
		cb.Resume()
	})
	expectPackets(t, w, b, "one") // since it paused again
	w.do(func() { cb.Resume() })
	expectPackets(t, w, b, "one", "two")
	closeAll(t, w, ca, cb)
}

func testPacketCut(t *testing.T, w packetWorld) {
	b := &packetRecorder{}
	ca, cb := w.packets(nil, b, netx.WithMaxPacket(4))
	sendAll(t, w, ca, "1234", "12345", "1")
	expectPackets(t, w, b, "1234", "1234", "1")
	w.do(func() {
		if got := cb.Stats(); b.cut != 1 || got.Truncated != 1 || got.Received != 3 {
			t.Errorf("%d were told to be cut; %+v", b.cut, got)
		}
	})
	closeAll(t, w, ca, cb)
}

func testPacketPeerAlone(t *testing.T, w packetWorld) {
	b := &packetRecorder{}
	ca, cb := w.packets(nil, b)
	w.do(func() {
		if _, err := ca.WriteTo([]byte("to the peer"), ca.RemoteAddr()); err != nil {
			t.Error(err)
		}
		for _, to := range []netx.PacketAddr{{}, ca.LocalAddr()} {
			if _, err := ca.WriteTo([]byte("x"), to); !errors.Is(err, netx.ErrBadAddress) {
				t.Errorf("to %v: %v", to, err)
			}
		}
	})
	expectPackets(t, w, b, "to the peer")
	closeAll(t, w, ca, cb)
}

// unhandled collects the failures that nobody handled.
func unhandled() *[]*failure.Failure {
	var reported []*failure.Failure
	deferred.SetUnhandledHandler(func(u deferred.Unhandled) { reported = append(reported, u.Failure) })
	return &reported
}

func testPacketPanic(t *testing.T, w packetWorld) {
	boom := errors.New("boom")
	b := &packetRecorder{}
	b.onPacket = func(p netx.Packet) {
		if string(p.Data) == "bad" {
			panic(boom)
		}
	}
	ca, cb := w.packets(nil, b)
	b.onLost = func(*failure.Failure) { panic(boom) }
	reported := unhandled()
	sendAll(t, w, ca, "good", "bad", "good")
	expectPackets(t, w, b, "good", "bad", "good")
	closeAll(t, w, ca, cb)
	w.do(func() {
		deferred.FlushUnhandled()
		if len(*reported) != 2 || !errors.Is((*reported)[0], boom) || !errors.Is((*reported)[1], boom) {
			t.Errorf("reported: %v", *reported)
		}
	})
}

func testPacketErrorPanic(t *testing.T, w packetWorld) {
	boom := errors.New("boom")
	b := &packetRecorder{}
	b.onError = func(error) { panic(boom) }
	ca, cb := w.packets(nil, b)
	failOnce := true
	reported := unhandled()
	w.do(func() {
		netx.MisbehavePackets(cb, netx.PacketFaults{Receive: func(receive func() error) error {
			if failOnce {
				failOnce = false
				return errors.New("some trouble")
			}
			return receive()
		}})
	})
	sendAll(t, w, ca, "x")
	expectPackets(t, w, b, "x")
	w.do(func() {
		deferred.FlushUnhandled()
		if len(*reported) != 1 || !errors.Is((*reported)[0], boom) {
			t.Errorf("reported: %v", *reported)
		}
	})
	closeAll(t, w, ca, cb)
}

// testPacketSoftError has the kernel tell of what became of earlier datagrams.
func testPacketSoftError(t *testing.T, w packetWorld) {
	trouble := errors.New("some trouble")
	ca, cb := w.packets(nil, nil)
	left := 2
	w.do(func() {
		netx.MisbehavePackets(cb, netx.PacketFaults{Receive: func(receive func() error) error {
			if left--; left >= 0 {
				return trouble
			}
			return receive()
		}})
	})
	var got []string
	w.do(func() {
		for range 3 {
			cb.Receive().AddBoth(func(p netx.Packet, err error) (netx.Packet, error) {
				got = append(got, string(p.Data))
				if err != nil && !errors.Is(err, trouble) {
					t.Error(err)
				}
				return p, nil
			})
		}
	})
	sendAll(t, w, ca, "x")
	w.until("three answers", func() bool { return len(got) == 3 })
	if !slices.Equal(got, []string{"", "", "x"}) {
		t.Errorf("got %q", got)
	}
	closeAll(t, w, ca, cb)
}

func testPacketString(t *testing.T, w packetWorld) {
	ca, cb := w.packets(nil, nil)
	w.do(func() {
		for _, part := range []string{ca.LocalAddr().String(), ca.RemoteAddr().String(), "open"} {
			if !strings.Contains(ca.String(), part) {
				t.Errorf("%q is not in %q", part, ca.String())
			}
		}
	})
	sendAll(t, w, ca, "1", "2")
	w.do(func() {
		if got := ca.Stats(); got != (netx.PacketStats{Sent: 2}) {
			t.Errorf("%+v", got)
		}
	})
	closeAll(t, w, ca, cb)
	w.do(func() {
		if !strings.Contains(ca.String(), "ended") {
			t.Error(ca.String())
		}
	})
}
