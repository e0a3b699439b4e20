//go:build unix

package netx_test

import (
	"testing"

	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

// TestEmptyDatagramFloodIsBounded is about what Twisted does not do: its loop reads
// datagrams until it has so many bytes, which empty ones never add up to.
func TestEmptyDatagramFloodIsBounded(t *testing.T) {
	w := newUDPWorld(t)
	inTurn := map[uint64]int{}
	b := &packetRecorder{}
	b.onPacket = func(netx.Packet) { inTurn[w.r.Stats().Turns]++ }
	ca, cb := w.packets(nil, b)
	const flood = 200 // what fits into the usual buffer of a socket
	w.do(func() {
		for range flood {
			if _, err := ca.Write(nil); err != nil {
				t.Error(err)
				return
			}
		}
	})
	w.until("all of them", b.got(flood))
	for turn, n := range inTurn {
		if n > 64 {
			t.Errorf("%d datagrams were read in turn %d", n, turn)
		}
	}
	closeAll(t, w, ca, cb)
}

// TestPacketsTakeNoMemory sends and receives a datagram over and over again.
func TestPacketsTakeNoMemory(t *testing.T) {
	requireLinux(t)
	w := newUDPWorld(t)
	var ca, cb *netx.PacketConn
	p := &pong{}
	ca = w.listen("udp", w.at, nil)
	cb = w.listen("udp", w.at, p)
	w.do(func() {
		to, data := cb.LocalAddr(), []byte("ping")
		netx.ReadPackets(cb) // makes the buffer
		if got := testing.AllocsPerRun(1000, func() {
			if _, err := ca.WriteTo(data, to); err != nil {
				t.Error(err)
			}
			netx.ReadPackets(cb)
		}); got != 0 {
			t.Errorf("%v allocations for a datagram", got)
		}
		if p.n != 1001 {
			t.Errorf("%d datagrams came", p.n)
		}
	})
	closeAll(t, w, ca, cb)
}

// pong counts.
type pong struct{ n int }

func (p *pong) ConnectionMade(*netx.PacketConn) {}
func (p *pong) PacketReceived(netx.Packet)      { p.n++ }
func (p *pong) ConnectionLost(*failure.Failure) {}
