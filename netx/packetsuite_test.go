package netx_test

import (
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

func TestPacketsOnPair(t *testing.T) {
	PacketSuite(t, func(t testing.TB) packetWorld { return packetPairWorld{newPairWorld(t)} })
}

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

func testReceive(t *testing.T, w packetWorld) {
	ca, cb := w.packets(nil, nil)
	var got []string
	var take func(p netx.Packet)
	take = func(p netx.Packet) {
		got = append(got, string(p.Data))
		if p.From != ca.LocalAddr() {
			t.Errorf("it is from %v", p.From)
		}
		if len(got) < 100 {
			cb.Receive().Tap(take).Catch(func(f *failure.Failure) { t.Error(f) })
		}
	}
	var want []string
	for i := range 100 {
		want = append(want, strings.Repeat("x", i))
	}
	sendAll(t, w, ca, want[:50]...) // some before it is asked for
	w.do(func() { cb.Receive().Tap(take) })
	sendAll(t, w, ca, want[50:]...)
	w.until("the datagrams", func() bool { return len(got) == 100 })
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	// Several may wait, and what they get is theirs.
	var packets []netx.Packet
	w.do(func() {
		for range 3 {
			cb.Receive().Tap(func(p netx.Packet) { packets = append(packets, p) })
		}
	})
	sendAll(t, w, ca, "one", "two", "three")
	w.until("three", func() bool { return len(packets) == 3 })
	for i, want := range []string{"one", "two", "three"} {
		if string(packets[i].Data) != want {
			t.Errorf("number %d is %q", i, packets[i].Data)
		}
	}
	closeAll(t, w, ca, cb)
}

func testReceiveCancel(t *testing.T, w packetWorld) {
	ca, cb := w.packets(nil, nil)
	var cancelled error
	got := ""
	w.do(func() {
		first := cb.Receive()
		first.Catch(func(f *failure.Failure) { cancelled = f })
		cb.Receive().Tap(func(p netx.Packet) { got = string(p.Data) })
		first.Cancel()
	})
	sendAll(t, w, ca, "one")
	w.until("the datagram", func() bool { return got != "" })
	if got != "one" || !errors.Is(cancelled, deferred.ErrCancelled) {
		t.Errorf("got %q, and %v", got, cancelled)
	}
	closeAll(t, w, ca, cb)
}

func testReceiveEnd(t *testing.T, w packetWorld) {
	ca, cb := w.packets(nil, nil)
	var errs []error
	fails := func(f *failure.Failure) { errs = append(errs, f) }
	w.do(func() {
		d1, d2 := cb.Receive(), cb.Receive()
		d1.AddErrback(func(f *failure.Failure) (netx.Packet, error) {
			d2.Cancel()
			return netx.Packet{}, f
		}).Catch(fails)
		d2.Catch(fails)
		cb.Close()
		if len(errs) != 0 {
			t.Error("Receive failed inside Close")
		}
		cb.Receive().Catch(fails) // refused at once
	})
	w.until("the failures", func() bool { return len(errs) == 3 })
	if !errors.Is(errs[0], net.ErrClosed) || !errors.Is(errs[1], deferred.ErrCancelled) || !errors.Is(errs[2], net.ErrClosed) {
		t.Errorf("got %v", errs)
	}
	closeAll(t, w, ca, cb)
}

func testReceiveBeside(t *testing.T, w packetWorld) {
	ca, cb := w.packets(nil, &packetRecorder{})
	w.do(func() {
		defer func() {
			if recover() == nil {
				t.Error("no panic")
			}
		}()
		cb.Receive()
	})
	closeAll(t, w, ca, cb)
}

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

// reports collects the failures that nobody handled.
func reports() *[]*failure.Failure {
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
	reported := reports()
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
	reported := reports()
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

func TestPacketPairNonsense(t *testing.T) {
	w := newPairWorld(t)
	for name, f := range map[string]func(){
		"no clock": func() { netx.PacketPair(nil, nil, nil) },
		"a panic in ConnectionMade": func() {
			netx.PacketPair(w.clock, &packetRecorder{onMade: func(*netx.PacketConn) { panic("boom") }}, nil)
		},
		"WithMaxPacket(0)":     func() { netx.WithMaxPacket(0) },
		"no name":              func() { netx.WithLocalName("") },
		"a TTL of 256":         func() { ttl(w, 256) },
		"a TTL below 0":        func() { ttl(w, -1) },
		"no buffer for input":  func() { a, _ := netx.PacketPair(w.clock, nil, nil); a.SetReadBuffer(0) },
		"no buffer for output": func() { a, _ := netx.PacketPair(w.clock, nil, nil); a.SetWriteBuffer(0) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
	w.settle()
}

func ttl(w *pairWorld, hops int) {
	a, _ := netx.PacketPair(w.clock, nil, nil)
	_ = a.SetMulticastTTL(hops)
}

// TestPacketPairOptions asks for what only UDP has.
func TestPacketPairOptions(t *testing.T) {
	w := packetPairWorld{newPairWorld(t)}
	a, b := w.packets(nil, nil)
	for name, err := range map[string]error{
		"SetBroadcast":    a.SetBroadcast(true),
		"SetMulticastTTL": a.SetMulticastTTL(1),
		"SetReadBuffer":   a.SetReadBuffer(1),
	} {
		if !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%s: %v", name, err)
		}
	}
	closeAll(t, w, a, b)
}

// TestPacketPairRoom fills a receiver that does not read, whose peer has to wait.
func TestPacketPairRoom(t *testing.T) {
	w := packetPairWorld{newPairWorld(t)}
	b := &packetRecorder{}
	ca, cb := w.packets(nil, b, netx.WithPairBuffer(1000))
	cb.Pause()
	var want []string
	for i := range 30 {
		want = append(want, strings.Repeat("x", i))
	}
	sendAll(t, w, ca, want...)
	if ca.Buffered() == 0 {
		t.Error("nothing waits")
	}
	if _, err := ca.Write(make([]byte, 1001)); err != nil {
		t.Error(err) // it cannot be known yet
	}
	cb.Resume()
	expectPackets(t, w, b, want...)
	if _, err := ca.Write(make([]byte, 1001)); !errors.Is(err, netx.ErrMessageTooLong) {
		t.Errorf("got %v", err)
	}
	closeAll(t, w, cb)
	if _, err := ca.Write(nil); !errors.Is(err, netx.ErrConnectionRefused) {
		t.Errorf("to one that is gone: %v", err)
	}
	closeAll(t, w, ca)
}
