//go:build unix

package netx_test

import (
	"net/netip"
	"strconv"
	"testing"

	"github.com/spindle-go/spindle/netx"
)

// echoPackets is a PacketProtocol that sends back what it gets.
func echoPackets(t testing.TB) *packetRecorder {
	p := &packetRecorder{}
	p.onPacket = func(q netx.Packet) {
		if _, err := p.conn.WriteTo(q.Data, q.From); err != nil {
			t.Error(err)
		}
	}
	return p
}

func TestSocatUDP(t *testing.T) {
	w := newUDPWorld(t)
	p := echoPackets(t)
	c := w.listen("udp4", "127.0.0.1:0", p)
	s := startSocat(t, "STDIO", "UDP4:"+c.LocalAddr().String())
	for _, text := range []string{"hello\n", "again\n"} {
		s.hears(text)
		s.says(text)
	}
	expectPackets(t, w, p, "hello\n", "again\n")
	closeAll(t, w, c)
}

func TestSocatUDPServer(t *testing.T) {
	w := newUDPWorld(t)
	at := w.free()
	s := startSocat(t, "UDP4-LISTEN:"+strconv.Itoa(int(at.Port()))+",bind=127.0.0.1", "PIPE")
	s.tells("listening on")
	a := &packetRecorder{}
	c, err := w.dial("udp", at.String(), a)
	if err != nil {
		t.Fatal(err)
	}
	sendAll(t, w, c, "hello")
	expectPackets(t, w, a, "hello")
	closeAll(t, w, c)
}

func TestSocatMulticast(t *testing.T) {
	const group = "239.255.83.9"
	lo := loopbackInterface(t)
	w := newUDPWorld(t)
	// To us.
	p := &packetRecorder{}
	c := w.listen("udp4", ":0", p)
	w.do(func() {
		if err := c.JoinGroup(netip.MustParseAddr(group), lo); err != nil {
			t.Error(err)
		}
	})
	port := strconv.Itoa(int(c.LocalAddr().IP.Port()))
	s := startSocat(t, "-u", "STDIO", "UDP4-DATAGRAM:"+group+":"+port+",ip-multicast-if=127.0.0.1")
	s.hears("to the group\n")
	expectPackets(t, w, p, "to the group\n")
	closeAll(t, w, c)
	// From us.
	at := w.free()
	s = startSocat(t, "-u", "UDP4-RECV:"+strconv.Itoa(int(at.Port()))+",ip-add-membership="+group+":127.0.0.1", "STDIO")
	s.tells("starting data transfer loop")
	sender := w.listen("udp4", "127.0.0.1:0", nil)
	w.do(func() {
		if err := sender.SetMulticastInterface(lo); err != nil {
			t.Error(err)
		}
		to := netx.PacketAddr{IP: netip.AddrPortFrom(netip.MustParseAddr(group), at.Port())}
		if _, err := sender.WriteTo([]byte("from a spindle"), to); err != nil {
			t.Error(err)
		}
	})
	s.says("from a spindle")
	closeAll(t, w, sender)
}
