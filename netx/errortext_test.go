//go:build unix

package netx_test

import (
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/netx"
)

// TestErrorTexts holds texts to what somebody needs who reads them in a log, and has
// made the mistake that they are about.
func TestErrorTexts(t *testing.T) {
	var packets *netx.PacketConn
	var conn *netx.Conn
	serve := func(endpoint string) func(w *tcpWorld) error {
		return func(w *tcpWorld) error {
			_, err := netx.Serve(w.net, endpoint, factory(&recorder{}))
			return err
		}
	}
	group := func(address, iface string) func(w *tcpWorld) error {
		return func(*tcpWorld) error { return packets.JoinGroup(netip.MustParseAddr(address), iface) }
	}
	for name, tt := range map[string]struct {
		act  func(w *tcpWorld) error
		is   error
		says string
	}{
		"a port alone":           {serve("8080"), netx.ErrBadEndpoint, "; if it is a host or a port, write tcp:8080"},
		"a host and a port":      {serve("localhost:80"), netx.ErrBadEndpoint, "write tcp:localhost:80"},
		"a colon and a port":     {serve(":80"), netx.ErrBadEndpoint, "as in tcp:8080"},
		"no port":                {serve("tcp:"), netx.ErrBadEndpoint, "port: a number is missing"},
		"IPv6 without brackets":  {serve("tcp:::1:80"), netx.ErrBadEndpoint, "as in tcp:[::1]:80"},
		"Listen for datagrams":   {func(w *tcpWorld) error { return errorOf(w.net.Listen("udp", ":0", factory(&recorder{}))) }, netx.ErrBadAddress, "tcp6 and unix, and for datagrams ListenPacket"},
		"ListenPacket for TCP":   {func(w *tcpWorld) error { return errorOf(w.net.ListenPacket("tcp", ":0", nil)) }, netx.ErrBadAddress, "udp6 and unixgram, and for streams Listen"},
		"no group":               {group("10.0.0.1", ""), netx.ErrBadAddress, "join group 10.0.0.1: "},
		"no interface":           {group("224.0.0.251", "nosuch0"), netx.ErrBadAddress, `interface "nosuch0"`},
		"a datagram for nobody":  {func(*tcpWorld) error { return errorOf(packets.WriteTo(nil, netx.PacketAddr{})) }, netx.ErrBadAddress, "there is none to send to"},
		"credentials over a net": {func(*tcpWorld) error { return errorOf(conn.PeerCredentials()) }, errors.ErrUnsupported, "only Unix sockets"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTCPWorld(t)
			a, b := &recorder{}, &recorder{}
			w.connect(a, b)
			w.do(func() {
				var err error
				if packets, err = w.net.ListenPacket("udp", "127.0.0.1:0", nil); err != nil {
					t.Error(err)
					return
				}
				conn = a.conn
				err = tt.act(w)
				if !errors.Is(err, tt.is) || !strings.Contains(err.Error(), tt.says) {
					t.Errorf("got %v, not an error that says %s", err, tt.says)
				}
				packets.Close()
				a.conn.Abort()
			})
			w.until("the end", func() bool { return b.lost() })
		})
	}
}

// errorOf returns the error of a call.
func errorOf[T any](_ T, err error) error { return err }

// TestTextWithoutAPeer has sockets whose peer has no name, or that have none.
func TestTextWithoutAPeer(t *testing.T) {
	w := newLocalWorld(t)
	a, b := &recorder{}, &recorder{}
	w.connect(a, b)
	w.do(func() {
		packets, err := w.net.ListenPacket("udp", "127.0.0.1:0", nil)
		if err != nil {
			t.Error(err)
			return
		}
		for _, c := range []interface{ String() string }{packets, b.conn} {
			if text := c.String(); strings.Contains(text, "->") {
				t.Errorf("%q points at nobody", text)
			}
		}
		if text, to := a.conn.String(), a.conn.RemoteAddr().(*net.UnixAddr).Name; !strings.HasPrefix(text, "->"+to) {
			t.Errorf("%q does not point at the peer", text)
		}
		packets.Close()
		a.conn.Abort()
	})
	w.until("the end", func() bool { return b.lost() })
}
