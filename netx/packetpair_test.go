package netx_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/netx"
)

func TestPacketsOnPair(t *testing.T) {
	PacketSuite(t, func(t testing.TB) packetWorld { return packetPairWorld{newPairWorld(t)} })
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
