//go:build unix

package netx_test

import (
	"errors"
	"net"
	"net/netip"
	"testing"

	"github.com/spindle-go/spindle/netx"
)

// TestResolverAnswersZeroAddress has a Resolver answer with the zero netip.Addr, which
// the kernel would take for the unspecified address, and so for this machine.
func TestResolverAnswersZeroAddress(t *testing.T) {
	w := newTCPWorld(t)
	var port *netx.Port
	w.do(func() {
		var err error
		if port, err = w.net.Listen("tcp", ":0", factory(&recorder{})); err != nil {
			t.Error(err)
		}
	})
	_, number, _ := net.SplitHostPort(port.Addr().String())
	none := netx.WithResolver(&fakeResolver{addrs: []netip.Addr{{}}})
	for _, network := range []string{"tcp", "tcp4", "tcp6"} {
		if p, err := dial(t, w, network, "server.example:"+number, factory(&recorder{}), none); p != nil || !errors.Is(err, netx.ErrBadAddress) {
			t.Errorf("%s: got %v, %v", network, p, err)
		}
	}
	u := &udpWorld{w}
	if c, err := u.dial("udp", "server.example:"+number, nil, none); c != nil || !errors.Is(err, netx.ErrBadAddress) {
		t.Errorf("udp: got %v, %v", c, err)
	}
	some := netx.WithResolver(&fakeResolver{addrs: []netip.Addr{{}, netip.MustParseAddr("127.0.0.1")}})
	a := &recorder{}
	if p, err := dial(t, w, "tcp", "server.example:"+number, factory(a), some); p == nil || err != nil {
		t.Fatalf("with one more address: %v, %v", p, err)
	}
	w.do(func() {
		if host, _, _ := net.SplitHostPort(a.conn.RemoteAddr().String()); host != "127.0.0.1" {
			t.Errorf("the peer is at %s", host)
		}
		a.conn.Close()
	})
}
