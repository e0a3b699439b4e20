//go:build unix

package netx_test

import (
	"errors"
	"net/netip"
	"strings"
	"syscall"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
)

// udpWorld is the world of UDP on loopback.
type udpWorld struct{ *tcpWorld }

func newUDPWorld(t testing.TB, opts ...reactor.Option) *udpWorld {
	w := &udpWorld{newTCPWorld(t, opts...)}
	w.on, w.at = "udp", "127.0.0.1:0"
	return w
}

// packets makes two ports first, so that each can be dialled from the other one.
func (w *udpWorld) packets(a, b netx.PacketProtocol, opts ...netx.Option) (ca, cb *netx.PacketConn) {
	w.t.Helper()
	pa, pb := w.free(), w.free()
	dial := func(from, to netip.AddrPort, p netx.PacketProtocol) *deferred.Deferred[*netx.PacketConn] {
		return w.net.DialPacket(w.on, to.String(), p, append([]netx.Option{netx.WithLocalAddr(from)}, opts...)...)
	}
	w.do(func() {
		dial(pa, pb, a).Tap(func(c *netx.PacketConn) { ca = c }).Catch(w.unexpected)
		dial(pb, pa, b).Tap(func(c *netx.PacketConn) { cb = c }).Catch(w.unexpected)
	})
	w.until("the sockets", func() bool { return ca != nil && cb != nil })
	return ca, cb
}

// free returns an address that nobody had a moment ago.
func (w *udpWorld) free() (at netip.AddrPort) {
	w.t.Helper()
	w.do(func() {
		c, err := w.net.ListenPacket(w.on, w.at, nil)
		if err != nil {
			w.t.Error(err)
			return
		}
		at = c.LocalAddr().IP
		c.Close()
	})
	return at
}

// listen opens a socket.
func (w *udpWorld) listen(network, address string, p netx.PacketProtocol, opts ...netx.Option) (c *netx.PacketConn) {
	w.t.Helper()
	var err error
	w.do(func() { c, err = w.net.ListenPacket(network, address, p, opts...) })
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// dial opens a connected socket.
func (w *udpWorld) dial(network, address string, p netx.PacketProtocol, opts ...netx.Option) (*netx.PacketConn, error) {
	w.t.Helper()
	var c *netx.PacketConn
	var err error
	done := false
	w.do(func() {
		w.net.DialPacket(network, address, p, opts...).AddBoth(func(v *netx.PacketConn, e error) (*netx.PacketConn, error) {
			c, err, done = v, e, true
			return nil, nil
		})
	})
	w.until("the dial", func() bool { return done })
	return c, err
}

func TestPacketsOnUDP(t *testing.T) {
	PacketSuite(t, func(t testing.TB) packetWorld { return newUDPWorld(t) })
}

func TestPacketsOnUDP6(t *testing.T) {
	requireIPv6(t)
	PacketSuite(t, func(t testing.TB) packetWorld {
		w := newUDPWorld(t)
		w.on, w.at = "udp6", "[::1]:0"
		return w
	})
}

func TestPacketsOnOtherPollers(t *testing.T) {
	for name, poller := range map[string]reactor.Poller{"poll": reactor.Poll, "select": reactor.Select} {
		t.Run(name, func(t *testing.T) {
			PacketSuite(t, func(t testing.TB) packetWorld { return newUDPWorld(t, reactor.WithPoller(poller)) })
		})
	}
}

func TestListenPacketNonsense(t *testing.T) {
	w := newUDPWorld(t)
	taken := w.listen("udp", "127.0.0.1:0", nil)
	for _, tt := range []struct {
		network, address string
		is               error
		text             string
	}{
		{"udp", "127.0.0.1", netx.ErrBadAddress, "missing port"},
		{"udp", "server.example:80", netx.ErrBadAddress, "look up"},
		{"udp4", "[::1]:0", netx.ErrBadAddress, "udp4"},
		{"tcp", "127.0.0.1:0", netx.ErrBadAddress, "tcp"},
		{"unix", "/run/x", netx.ErrBadAddress, "unix"},
		{"udp", "192.0.2.1:0", netx.ErrCannotListen, "assign requested address"},
		{"udp", taken.LocalAddr().String(), netx.ErrCannotListen, "in use"},
	} {
		w.do(func() {
			before := descriptors()
			c, err := w.net.ListenPacket(tt.network, tt.address, nil)
			if c != nil || !errors.Is(err, tt.is) || !strings.Contains(err.Error(), tt.text) || !strings.Contains(err.Error(), tt.address) {
				t.Errorf("%s %s: %v", tt.network, tt.address, err)
			}
			if after := descriptors(); after > before {
				t.Errorf("%s %s: %d descriptors before, %d after", tt.network, tt.address, before, after)
			}
		})
	}
	closeAll(t, w, taken)
}

func TestListenPacketPanic(t *testing.T) {
	w := newUDPWorld(t)
	boom := errors.New("boom")
	p := &packetRecorder{onMade: func(*netx.PacketConn) { panic(boom) }}
	w.do(func() {
		if c, err := w.net.ListenPacket("udp", w.at, p); c != nil || !errors.Is(err, boom) {
			t.Errorf("got %v", err)
		}
		if p.lost() {
			t.Error("ConnectionLost came from inside")
		}
	})
	w.until("the end", p.lost)
	if !errors.Is(p.reason, boom) {
		t.Errorf("the reason is %v", p.reason)
	}
}

// TestListenPacketClosedInside is closed by its protocol before it is returned.
func TestListenPacketClosedInside(t *testing.T) {
	w := newUDPWorld(t)
	p := &packetRecorder{onMade: func(c *netx.PacketConn) { c.Close() }}
	c := w.listen("udp", w.at, p)
	w.do(func() {
		if !c.Closed() {
			t.Error("it is not closed")
		}
	})
	w.until("the end", p.lost)
}

// TestDualStack has one socket for both families, and tells senders apart.
func TestDualStack(t *testing.T) {
	requireIPv6(t)
	w := newUDPWorld(t)
	b := &packetRecorder{}
	cb := w.listen("udp", ":0", b)
	port := cb.LocalAddr().IP.Port()
	for _, host := range []string{"127.0.0.1", "::1"} {
		a := &packetRecorder{}
		ca, err := w.dial("udp", netip.AddrPortFrom(netip.MustParseAddr(host), port).String(), a)
		if err != nil {
			t.Fatal(err)
		}
		b.packets, b.froms = nil, nil
		sendAll(t, w, ca, host)
		expectPackets(t, w, b, host)
		w.do(func() {
			if b.froms[0] != ca.LocalAddr() {
				t.Errorf("it is from %v and not %v", b.froms[0], ca.LocalAddr())
			}
			if _, err := cb.WriteTo([]byte("hello "+host), b.froms[0]); err != nil {
				t.Error(err)
			}
		})
		expectPackets(t, w, a, "hello "+host)
		closeAll(t, w, ca)
	}
	closeAll(t, w, cb)
}

func TestWriteToTheWrongKind(t *testing.T) {
	requireIPv6(t)
	w := newUDPWorld(t)
	ip := func(text string) netx.PacketAddr { return netx.PacketAddr{IP: netip.MustParseAddrPort(text)} }
	for _, tt := range []struct {
		network, at string
		to          netx.PacketAddr
	}{
		{"udp4", "127.0.0.1:0", ip("[::1]:9")},
		{"udp6", "[::]:0", ip("127.0.0.1:9")},
		{"udp", "[::1]:0", ip("127.0.0.1:9")},
		{"udp", "127.0.0.1:0", netx.PacketAddr{Name: "/run/x"}},
		{"udp", "127.0.0.1:0", netx.PacketAddr{}},
		{"udp", "[::1]:0", ip("[fe80::1%no-such-interface]:9")},
	} {
		c := w.listen(tt.network, tt.at, nil)
		w.do(func() {
			if _, err := c.WriteTo([]byte("x"), tt.to); !errors.Is(err, netx.ErrBadAddress) {
				t.Errorf("from %s %s to %v: %v", tt.network, tt.at, tt.to, err)
			}
			if _, err := c.Write([]byte("x")); !errors.Is(err, netx.ErrBadAddress) || c.RemoteAddr().IsValid() {
				t.Errorf("Write without a peer: %v", err)
			}
		})
		closeAll(t, w, c)
	}
	// An address of IPv4 in the clothes of IPv6 is one of IPv4.
	b := &packetRecorder{}
	cb := w.listen("udp4", "127.0.0.1:0", b)
	ca := w.listen("udp4", "127.0.0.1:0", nil)
	w.do(func() {
		to := netip.AddrPortFrom(netip.MustParseAddr("::ffff:127.0.0.1"), cb.LocalAddr().IP.Port())
		if _, err := ca.WriteTo([]byte("x"), netx.PacketAddr{IP: to}); err != nil {
			t.Error(err)
		}
	})
	expectPackets(t, w, b, "x")
	closeAll(t, w, ca, cb)
}

func TestPacketTooLong(t *testing.T) {
	w := newUDPWorld(t)
	ca, cb := w.packets(nil, nil)
	w.do(func() {
		if _, err := ca.Write(make([]byte, 70_000)); !errors.Is(err, netx.ErrMessageTooLong) || !errors.Is(err, syscall.EMSGSIZE) {
			t.Errorf("got %v", err)
		}
	})
	closeAll(t, w, ca, cb)
}

// TestPacketsAtStop stops the reactor with sockets in every state.
func TestPacketsAtStop(t *testing.T) {
	everyone := map[string]*packetRecorder{}
	var failed []error
	fails := func(f *failure.Failure) { failed = append(failed, f) }
	t.Run("run", func(t *testing.T) {
		w := newUDPWorld(t)
		full := true
		for name, prepare := range map[string]func(c *netx.PacketConn){
			"open":    func(*netx.PacketConn) {},
			"paused":  func(c *netx.PacketConn) { c.Pause() },
			"writing": func(c *netx.PacketConn) { c.WriteTo([]byte("x"), c.LocalAddr()); c.Drained() },
			"closing": func(c *netx.PacketConn) { c.WriteTo([]byte("x"), c.LocalAddr()); c.Close() },
		} {
			p := &packetRecorder{}
			everyone[name] = p
			c := w.listen("udp", w.at, p)
			refuse(w, c, &full, netx.ErrWouldBlock)
			w.do(func() { prepare(c) })
		}
		asked := w.listen("udp", w.at, nil)
		w.do(func() {
			asked.Receive().Catch(fails)
			w.net.DialPacket("udp", "server.example:9", nil, netx.WithResolver(&fakeResolver{hang: true})).Catch(fails)
		})
		w.settle()
	})
	for name, p := range everyone {
		if p.story() != "made, lost: lost" || !errors.Is(p.reason, reactor.ErrStopped) {
			t.Errorf("%s: %s, %v", name, p.story(), p.reason)
		}
	}
	if len(failed) != 2 || !errors.Is(failed[0], reactor.ErrStopped) || !errors.Is(failed[1], reactor.ErrStopped) {
		t.Errorf("got %v", failed)
	}
}
