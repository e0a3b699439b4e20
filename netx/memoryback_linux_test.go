package netx_test

import (
	"net/netip"
	"testing"

	"github.com/spindle-go/spindle/netx"
)

// dialFrom has n connections come to s, each from an address of its own.
func dialFrom(t *testing.T, w *tcpWorld, address string, n int) (rs []*recorder) {
	t.Helper()
	w.do(func() {
		for i := range n {
			r := &recorder{}
			rs = append(rs, r)
			from := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 1, byte(1 + i)}), 0)
			w.net.Dial("tcp", address, factory(r), netx.WithLocalAddr(from)).Catch(w.unexpected)
		}
	})
	return rs
}

// TestBurstLeavesNoRoom makes sure that all lists with an entry for each connection
// give their memory back.
func TestBurstLeavesNoRoom(t *testing.T) {
	w := newTCPWorld(t)
	s := newServer(t, w, netx.WithMaxConnectionsPerPeer(2))
	clients := dialFrom(t, w, "127.0.0.1:"+s.number, someBurst)
	w.until("the connections", func() bool { return len(s.made) == someBurst })
	rooms := func() map[string]int {
		return map[string]int{
			"connections": netx.OpenPeak(s.port), "peers": netx.PeerPeak(s.port),
			"held": netx.HeldPeak(w.net), "parked": netx.ParkedPeak(w.net),
		}
	}
	w.do(func() {
		for _, r := range s.made {
			r.conn.Pause()
		}
		for name, room := range rooms() {
			if room < someBurst {
				t.Errorf("%s: room for %d, less than %d, which tests nothing", name, room, someBurst)
			}
		}
		for _, r := range s.made {
			r.conn.Abort()
		}
	})
	w.until("the end", func() bool {
		for _, r := range clients {
			if !r.lost() {
				return false
			}
		}
		return s.port.Stats().Open == 0
	})
	w.do(func() {
		for name, room := range rooms() {
			if room > netx.SmallestPeak {
				t.Errorf("%s: room for %d is left", name, room)
			}
		}
		s.port.StopListening()
	})
}

func TestBurstWithoutHeadersLeavesNoRoom(t *testing.T) {
	w := newTCPWorld(t)
	s := newServer(t, w, netx.WithProxyProtocol(anybody))
	clients := dialFrom(t, w, "127.0.0.1:"+s.number, someBurst)
	w.until("the connections", func() bool { return netx.Pending(s.port) == someBurst })
	w.do(func() {
		if room := netx.PendingPeak(s.port); room != someBurst {
			t.Errorf("room for %d, not %d, which tests nothing", room, someBurst)
		}
		for _, r := range clients {
			r.conn.Close()
		}
	})
	w.until("the end", func() bool { return netx.Pending(s.port) == 0 })
	w.do(func() {
		if room := netx.PendingPeak(s.port); room > netx.SmallestPeak {
			t.Errorf("room for %d is left", room)
		}
		s.port.StopListening()
	})
}
