//go:build unix

package netx_test

import (
	"errors"
	"net"
	"net/netip"
	"strconv"
	"syscall"
	"testing"

	"github.com/spindle-go/spindle/netx"
)

// loopbackInterface returns the name of the interface that a machine speaks with itself by.
func loopbackInterface(t testing.TB) string {
	t.Helper()
	all, err := net.Interfaces()
	if err != nil {
		t.Skip("SKIPPED: multicast, since the interfaces are not known: ", err)
	}
	for _, i := range all {
		if i.Flags&net.FlagLoopback != 0 && i.Flags&net.FlagUp != 0 {
			return i.Name
		}
	}
	t.Skip("SKIPPED: multicast, since no loopback interface is up")
	return ""
}

// multicast6 returns the name of an interface that has multicast of IPv6.
func multicast6(t testing.TB) string {
	t.Helper()
	all, err := net.Interfaces()
	if err != nil {
		t.Skip("SKIPPED: multicast, since the interfaces are not known: ", err)
	}
	for _, i := range all {
		own, err := i.Addrs()
		if err != nil || i.Flags&net.FlagMulticast == 0 || i.Flags&net.FlagUp == 0 {
			continue
		}
		for _, a := range own {
			if n, ok := a.(*net.IPNet); ok && n.IP.To4() == nil {
				return i.Name
			}
		}
	}
	t.Skip("SKIPPED: multicast over IPv6, since no interface has it")
	return ""
}

func groupAt(group string, c *netx.PacketConn) netx.PacketAddr {
	return netx.PacketAddr{IP: netip.AddrPortFrom(netip.MustParseAddr(group), c.LocalAddr().IP.Port())}
}

func TestMulticast(t *testing.T) {
	for name, tt := range map[string]struct{ network, group string }{
		"IPv4":                      {"udp4", "239.255.83.7"},
		"IPv6":                      {"udp6", "ff05::5307"},
		"IPv4 on a dual-stack port": {"udp", "239.255.83.8"},
		"IPv6 on a dual-stack port": {"udp", "ff05::5308"},
	} {
		t.Run(name, func(t *testing.T) {
			if tt.network != "udp4" {
				requireIPv6(t)
				requireLinux(t) // not every system has groups of IPv4 on such a socket
			}
			w := newUDPWorld(t)
			lo := loopbackInterface(t)
			group := netip.MustParseAddr(tt.group)
			if group.Is6() {
				lo = multicast6(t) // which nothing leaves, as the TTL is 0
			}
			a, b := &packetRecorder{}, &packetRecorder{}
			ca := w.listen(tt.network, ":0", a, netx.WithListenMultiple())
			cb := w.listen(tt.network, ca.LocalAddr().String(), b, netx.WithListenMultiple())
			sender := w.listen(tt.network, ":0", nil)
			send := func(text string) {
				w.do(func() {
					if _, err := sender.WriteTo([]byte(text), groupAt(tt.group, ca)); err != nil {
						t.Error(err)
					}
				})
			}
			w.do(func() {
				if err := errors.Join(ca.JoinGroup(group, lo), cb.JoinGroup(group, lo),
					sender.SetMulticastInterface(lo), sender.SetMulticastTTL(0), sender.SetMulticastLoopback(true)); err != nil {
					t.Error(err)
				}
			})
			send("to both")
			expectPackets(t, w, a, "to both")
			expectPackets(t, w, b, "to both")
			w.do(func() {
				if err := cb.LeaveGroup(group, lo); err != nil {
					t.Error(err)
				}
				if err := cb.LeaveGroup(group, lo); !errors.Is(err, syscall.EADDRNOTAVAIL) {
					t.Errorf("left twice: %v", err)
				}
			})
			send("to one")
			expectPackets(t, w, a, "to both", "to one")
			w.do(func() {
				if err := sender.SetMulticastLoopback(false); err != nil {
					t.Error(err)
				}
			})
			send("to nobody here")
			w.do(func() {
				if err := sender.SetMulticastLoopback(true); err != nil {
					t.Error(err)
				}
			})
			send("the last one")
			w.until("the last one", func() bool { return a.packets[len(a.packets)-1] == "the last one" })
			closeAll(t, w, ca, cb, sender)
		})
	}
}

func TestMulticastNonsense(t *testing.T) {
	w := newUDPWorld(t)
	lo := loopbackInterface(t)
	c := w.listen("udp4", "127.0.0.1:0", nil)
	w.do(func() {
		for name, err := range map[string]error{
			"no group":           c.JoinGroup(netip.MustParseAddr("127.0.0.1"), lo),
			"no address":         c.JoinGroup(netip.Addr{}, lo),
			"no interface":       c.JoinGroup(netip.MustParseAddr("239.255.83.7"), "no-such-interface"),
			"no interface to go": c.SetMulticastInterface("no-such-interface"),
			"of the wrong kind":  c.JoinGroup(netip.MustParseAddr("ff05::5307"), lo),
		} {
			if !errors.Is(err, netx.ErrBadAddress) {
				t.Errorf("%s: %v", name, err)
			}
		}
		for range 2 {
			if err := errors.Join(c.SetReadBuffer(1<<16), c.SetWriteBuffer(1<<16)); err != nil {
				t.Error(err)
			}
		}
	})
	closeAll(t, w, c)
	w.do(func() {
		if err := c.JoinGroup(netip.MustParseAddr("239.255.83.7"), lo); !errors.Is(err, net.ErrClosed) {
			t.Errorf("after the end: %v", err)
		}
	})
}

func TestMulticastOnIPv6Only(t *testing.T) {
	requireIPv6(t)
	w := newUDPWorld(t)
	c := w.listen("udp6", "[::1]:0", nil)
	w.do(func() {
		if err := c.JoinGroup(netip.MustParseAddr("239.255.83.7"), ""); !errors.Is(err, netx.ErrBadAddress) {
			t.Errorf("got %v", err)
		}
	})
	closeAll(t, w, c)
}

func TestBroadcast(t *testing.T) {
	requireLinux(t) // which has a broadcast address on loopback
	w := newUDPWorld(t)
	b := &packetRecorder{}
	cb := w.listen("udp4", ":0", b)
	ca := w.listen("udp4", "127.0.0.1:0", nil)
	to := netx.PacketAddr{IP: netip.MustParseAddrPort("127.255.255.255:" + strconv.Itoa(int(cb.LocalAddr().IP.Port())))}
	w.do(func() {
		if _, err := ca.WriteTo([]byte("x"), to); !errors.Is(err, syscall.EACCES) {
			t.Errorf("without SetBroadcast: %v", err)
		}
		if err := ca.SetBroadcast(true); err != nil {
			t.Error(err)
		}
		if _, err := ca.WriteTo([]byte("to all"), to); err != nil {
			t.Error(err)
		}
		if err := ca.SetBroadcast(false); err != nil {
			t.Error(err)
		}
		if _, err := ca.WriteTo([]byte("x"), to); !errors.Is(err, syscall.EACCES) {
			t.Errorf("after SetBroadcast(false): %v", err)
		}
	})
	expectPackets(t, w, b, "to all")
	closeAll(t, w, ca, cb)
}
