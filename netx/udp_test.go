//go:build unix

package netx_test

import (
	"errors"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"

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
		{"unix", "/tmp/x", netx.ErrBadAddress, "unix"},
		{"udp", "192.0.2.1:0", netx.ErrCannotListen, "assign requested address"},
		{"udp", taken.LocalAddr().String(), netx.ErrCannotListen, "in use"},
	} {
		w.do(func() {
			before := descriptors()
			c, err := w.net.ListenPacket(tt.network, tt.address, nil)
			if c != nil || !errors.Is(err, tt.is) || !strings.Contains(err.Error(), tt.text) || !strings.Contains(err.Error(), tt.address) {
				t.Errorf("%s %s: %v", tt.network, tt.address, err)
			}
			if after := descriptors(); after != before {
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
		{"udp", "127.0.0.1:0", netx.PacketAddr{Name: "/tmp/x"}},
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

// TestRefusalIsTold sends to a port that nobody has.
func TestRefusalIsTold(t *testing.T) {
	w := newUDPWorld(t)
	nobody := w.free()
	a := &packetRecorder{}
	ca, err := w.dial("udp", nobody.String(), a)
	if err != nil {
		t.Fatal(err)
	}
	sendAll(t, w, ca, "anybody there?")
	w.until("the refusal", func() bool { return len(a.errs) > 0 })
	w.do(func() {
		if !errors.Is(a.errs[0], netx.ErrConnectionRefused) || !errors.Is(a.errs[0], syscall.ECONNREFUSED) ||
			!strings.Contains(a.errs[0].Error(), nobody.String()) || ca.Closed() {
			t.Errorf("got %v", a.errs)
		}
	})
	// Two writes in one turn: the second one finds the refusal of the first, and is
	// sent all the same.
	w.do(func() { a.errs = nil })
	sendAll(t, w, ca, "hello?", "hello?")
	w.until("the refusals", func() bool { return len(a.errs) == 2 })
	// Somebody is there now, and the socket has gone on.
	b := &packetRecorder{}
	cb := w.listen("udp", nobody.String(), b)
	sendAll(t, w, ca, "there you are")
	expectPackets(t, w, b, "there you are")
	closeAll(t, w, ca, cb)
}

func TestRefusalFailsReceive(t *testing.T) {
	w := newUDPWorld(t)
	ca, err := w.dial("udp", w.free().String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var asked, found error
	// One that waits, and one that comes after the refusal was found by a write.
	w.do(func() { ca.Receive().Catch(func(f *failure.Failure) { asked = f }) })
	sendAll(t, w, ca, "hello?")
	w.until("the refusal", func() bool { return asked != nil })
	sendAll(t, w, ca, "hello?", "hello?", "hello?")
	w.settle()
	w.do(func() { ca.Receive().Catch(func(f *failure.Failure) { found = f }) })
	w.until("the refusal", func() bool { return found != nil })
	if !errors.Is(asked, netx.ErrConnectionRefused) || !errors.Is(found, netx.ErrConnectionRefused) {
		t.Errorf("got %v and %v", asked, found)
	}
	closeAll(t, w, ca)
}

func TestDialPacketFails(t *testing.T) {
	w := newUDPWorld(t)
	trouble := errors.New("some trouble")
	boom := errors.New("boom")
	for name, tt := range map[string]struct {
		address string
		p       netx.PacketProtocol
		opts    []netx.Option
		is      error
	}{
		"no port":    {"127.0.0.1:0", nil, nil, netx.ErrBadAddress},
		"nonsense":   {"127.0.0.1", nil, nil, netx.ErrBadAddress},
		"the lookup": {"server.example:9", nil, []netx.Option{netx.WithResolver(&fakeResolver{err: trouble})}, trouble},
		"no address": {"server.example:9", nil, []netx.Option{netx.WithResolver(&fakeResolver{})}, netx.ErrBadAddress},
		"no route": {
			"server.example:9", nil, []netx.Option{
				netx.WithResolver(&fakeResolver{addrs: addrs("127.0.0.1", "127.0.0.2")}),
				netx.WithLocalAddr(netip.MustParseAddrPort("192.0.2.1:0")),
			}, syscall.EADDRNOTAVAIL,
		},
		"no time": {
			"server.example:9", nil, []netx.Option{
				netx.WithResolver(&fakeResolver{hang: true}), netx.WithConnectTimeout(10 * time.Millisecond),
			}, deferred.ErrTimeout,
		},
		"a panic": {"127.0.0.1:9", &packetRecorder{onMade: func(*netx.PacketConn) { panic(boom) }}, nil, boom},
	} {
		c, err := w.dial("udp", tt.address, tt.p, tt.opts...)
		if c != nil || !errors.Is(err, tt.is) {
			t.Errorf("%s: %v, %v", name, c, err)
		}
		if name != "a panic" && !strings.Contains(err.Error(), tt.address) {
			t.Errorf("%s: the address is not in %v", name, err)
		}
	}
}

// TestDialPacketName takes the first address that there is a way to.
func TestDialPacketName(t *testing.T) {
	w := newUDPWorld(t)
	b := &packetRecorder{}
	cb := w.listen("udp4", "127.0.0.1:0", b)
	_, port, _ := net.SplitHostPort(cb.LocalAddr().String())
	names := &fakeResolver{addrs: addrs("::1", "127.0.0.1")}
	ca, err := w.dial("udp", "server.example:"+port, nil, netx.WithResolver(names),
		netx.WithLocalAddr(netip.MustParseAddrPort("127.0.0.1:0"))) // from which there is no way to ::1
	if err != nil {
		t.Fatal(err)
	}
	sendAll(t, w, ca, "x")
	expectPackets(t, w, b, "x")
	closeAll(t, w, ca, cb)
}

func TestDialPacketCancel(t *testing.T) {
	w := newUDPWorld(t)
	var got []error
	fails := func(f *failure.Failure) { got = append(got, f) }
	p := &packetRecorder{}
	inside := &packetRecorder{}
	var d *deferred.Deferred[*netx.PacketConn]
	w.do(func() {
		for _, address := range []string{"server.example:9", "127.0.0.1:9"} {
			d := w.net.DialPacket("udp", address, p, netx.WithResolver(&fakeResolver{hang: true}))
			d.Catch(fails)
			d.Cancel()
		}
		inside.onMade = func(*netx.PacketConn) { d.Cancel() }
		d = w.net.DialPacket("udp", "127.0.0.1:9", inside)
		d.Catch(fails)
	})
	w.until("the end", inside.lost)
	w.settle()
	w.do(func() {
		if len(got) != 3 || len(p.events) != 0 || inside.story() != "made, lost: aborted" {
			t.Errorf("got %v; %s; %s", got, p.story(), inside.story())
		}
		for _, err := range got {
			if !errors.Is(err, deferred.ErrCancelled) {
				t.Errorf("got %v", err)
			}
		}
	})
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
