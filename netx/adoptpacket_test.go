//go:build unix

package netx_test

import (
	"errors"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

// TestAdoptPacketConn adopts what package net has bound, of each family, and speaks
// with it.
func TestAdoptPacketConn(t *testing.T) {
	for _, tt := range []struct{ network, address, peer string }{
		{"udp4", "127.0.0.1:0", "127.0.0.1:0"},
		{"udp6", "[::1]:0", "[::1]:0"},
		{"udp", ":0", "127.0.0.1:0"}, // of both families
		{"udp", ":0", "[::1]:0"},
		{"unixgram", "", ""},
	} {
		t.Run(tt.network+" "+tt.address+" "+tt.peer, func(t *testing.T) {
			at, from := tt.address, tt.peer
			if tt.network == "unixgram" {
				at, from = socketPath(t), socketPath(t)
			}
			w := newUDPWorld(t)
			w.free() // what all sockets share is there then
			c, err := net.ListenPacket(tt.network, at)
			if err != nil {
				t.Skip("SKIPPED: the system does not have such sockets, so nothing is known of adopting them: ", err)
			}
			far, err := net.ListenPacket(tt.network, from)
			if err != nil {
				t.Skip("SKIPPED: the system does not have such sockets, so nothing is known of adopting them: ", err)
			}
			defer far.Close()
			far.SetDeadline(time.Now().Add(patience))
			p := echoPackets(t)
			var adopted *netx.PacketConn
			w.do(func() {
				before := descriptors()
				adopted, err = w.net.AdoptPacketConn(c, p)
				if got := descriptors(); got > before+1 {
					t.Errorf("%d descriptors before, %d after", before, got)
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			to := c.LocalAddr()
			if got := adopted.LocalAddr(); got.String() != to.String() || adopted.RemoteAddr().IsValid() {
				t.Errorf("it is at %v, with %v", got, adopted.RemoteAddr())
			}
			if u, ok := c.(*net.UnixConn); ok {
				defer u.Close() // it removes the path
			} else {
				host, _, _ := net.SplitHostPort(tt.peer)
				to = &net.UDPAddr{IP: net.ParseIP(host), Port: to.(*net.UDPAddr).Port}
				c.Close()
			}
			if _, err := far.WriteTo([]byte("hello"), to); err != nil {
				t.Fatal(err)
			}
			got := make([]byte, 9)
			if n, _, err := far.ReadFrom(got); err != nil || string(got[:n]) != "hello" {
				t.Errorf("got %q, %v", got[:n], err)
			}
			closeAll(t, w, adopted)
			if tt.network == "unixgram" && !exists(at) {
				t.Error("the path was removed")
			}
		})
	}
}

// TestAdoptConnectedPacketFD adopts one that has a peer.
func TestAdoptConnectedPacketFD(t *testing.T) {
	w := newUDPWorld(t)
	far, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	far.SetDeadline(time.Now().Add(patience))
	c, err := net.Dial("udp", far.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	var adopted *netx.PacketConn
	w.do(func() { adopted, err = w.net.AdoptPacketFD(numberOf(t, c.(*net.UDPConn)), nil) })
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	if got := adopted.RemoteAddr().String(); got != far.LocalAddr().String() {
		t.Errorf("its peer is %s", got)
	}
	sendAll(t, w, adopted, "hello")
	got := make([]byte, 9)
	if n, _, err := far.ReadFrom(got); err != nil || string(got[:n]) != "hello" {
		t.Errorf("got %q, %v", got[:n], err)
	}
	closeAll(t, w, adopted)
}

func TestAdoptPacketNonsense(t *testing.T) {
	w := newUDPWorld(t)
	l, near, _ := tcpLoopback(t)
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_DGRAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(pair[0])
	defer unix.Close(pair[1])
	file, err := os.Open("/dev/null")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	w.do(func() {
		check := stillOpen(t, numberOf(t, near), numberOf(t, l.(*net.TCPListener)), pair[0], int(file.Fd()))
		for name, tt := range map[string]struct {
			fd   int
			text string
		}{
			"a connection":    {numberOf(t, near), "it is a stream socket of IP"},
			"a listener":      {numberOf(t, l.(*net.TCPListener)), "it is a stream socket of IP"},
			"a nameless pair": {pair[0], "its peer has no name"},
			"a file":          {int(file.Fd()), "getsockopt"},
			"nothing":         {-1, "bad file descriptor"},
		} {
			if _, err := w.net.AdoptPacketFD(tt.fd, nil); !errors.Is(err, netx.ErrCannotAdopt) || !strings.Contains(err.Error(), tt.text) {
				t.Errorf("%s: %v", name, err)
			}
		}
		check()
	})
	wantPanic(t, func() { _, _ = w.net.AdoptPacketConn(nil, nil) })
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	p := &packetRecorder{onMade: func(*netx.PacketConn) { panic("boom") }}
	w.do(func() {
		var boom *failure.PanicError
		if _, err := w.net.AdoptPacketConn(c, p); !errors.As(err, &boom) {
			t.Errorf("a panic in ConnectionMade: %v", err)
		}
	})
	w.until("the end", p.lost)
}

// TestActivationOfPackets has sockets for datagrams from systemd.
func TestActivationOfPackets(t *testing.T) {
	path := socketPath(t)
	w := newUDPWorld(t)
	w.free() // what all sockets share is there then
	before := descriptors()
	udp, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err == nil {
		err = unix.Bind(udp, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}})
	}
	if err != nil {
		t.Fatal(err)
	}
	local, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM, 0)
	if err == nil {
		err = unix.Bind(local, &unix.SockaddrUnix{Name: path})
	}
	if err != nil {
		t.Fatal(err)
	}
	var first, second *netx.PacketConn
	w.do(func() {
		a := netx.ActivationOf(w.net, []string{"udp", "local"}, []int{udp, local})
		if _, err := netx.Serve(w.net, "systemd:udp", factory(nil)); !errors.Is(err, netx.ErrCannotListen) || !strings.Contains(err.Error(), "datagram socket of IP") {
			t.Errorf("as a listener: %v", err)
		}
		var err1, err2 error
		first, err1 = a.ListenPacket("udp", echoPackets(t))
		second, err2 = a.ListenPacketIndex(1, nil)
		if err := errors.Join(err1, err2); err != nil {
			t.Error(err)
			return
		}
		if _, err := a.ListenPacket("udp", nil); !errors.Is(err, netx.ErrActivation) {
			t.Errorf("a second time: %v", err)
		}
		if got := second.LocalAddr(); got != (netx.PacketAddr{Name: path}) {
			t.Errorf("it is at %v", got)
		}
	})
	p := &packetRecorder{}
	c, err := w.dial("udp", first.LocalAddr().String(), p)
	if err != nil {
		t.Fatal(err)
	}
	sendAll(t, w, c, "hello")
	expectPackets(t, w, p, "hello")
	closeAll(t, w, c, first, second)
	if !exists(path) {
		t.Error("the path was removed")
	}
	if after := descriptors(); after > before {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
}
