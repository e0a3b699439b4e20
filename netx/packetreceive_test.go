package netx_test

import (
	"errors"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

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
