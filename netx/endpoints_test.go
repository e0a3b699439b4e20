package netx_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

// askedNetwork writes down what is asked of it, and does nothing.
type askedNetwork struct {
	netx.Network
	asked []string
	opts  []netx.Option
}

func (n *askedNetwork) Listen(network, address string, _ netx.Factory, opts ...netx.Option) (*netx.Port, error) {
	n.asked = append(n.asked, "listen "+network+" "+address)
	n.opts = opts
	return nil, nil
}

func (n *askedNetwork) Dial(network, address string, _ netx.Factory, opts ...netx.Option) *deferred.Deferred[netx.Protocol] {
	n.asked = append(n.asked, "dial "+network+" "+address)
	n.opts = opts
	return deferred.Succeed[netx.Protocol](&recorder{})
}

func TestTCPEndpoints(t *testing.T) {
	for name, tt := range map[string]struct{ text, dial, listen string }{
		"by name":             {"tcp:host=example.com:port=80", "tcp example.com:80", "tcp example.com:80"},
		"by place":            {"tcp:example.com:80", "tcp example.com:80", "tcp example.com:80"},
		"the other way round": {"tcp:port=80:host=x", "tcp x:80", "tcp x:80"},
		"IPv6":                {"tcp6:[::1]:80", "tcp6 [::1]:80", "tcp6 [::1]:80"},
		"IPv6, escaped":       {`tcp:\:\:1:80`, "tcp [::1]:80", "tcp [::1]:80"},
		"with a zone":         {"tcp:[fe80::1%eth0]:80", "tcp [fe80::1%eth0]:80", "tcp [fe80::1%eth0]:80"},
		"IPv4":                {"tcp4:10.0.0.1:80", "tcp4 10.0.0.1:80", "tcp4 10.0.0.1:80"},
		"no host":             {"tcp::80", "tcp :80", "tcp :80"},
		"the port alone":      {"tcp:80", "port is missing", "tcp :80"},
		"the port by name":    {"tcp:port=80", "tcp :80", "tcp :80"},
		"IPv6, not escaped":   {"tcp:::1:80", "no more than 2", "no more than 2"},
		"the host by name":    {"tcp:host=80", "port is missing", "port is missing"},
		"nothing":             {"tcp", "port is missing", "port is missing"},
		"a host alone":        {"tcp:localhost", "port is missing", `port is missing, and "localhost" is a host`},
		"an address alone":    {"tcp:127.0.0.1", "port is missing", `port is missing, and "127.0.0.1" is a host`},
		"IPv6 alone":          {"tcp:[::1]", "port is missing", `port is missing, and "::1" is a host`},
		"a mistyped port":     {"tcp:8O80", "port is missing", `port: "8O80" is not a number`},
		"a port too large":    {"tcp:80800", "port is missing", `port: "80800" is not a number from 0 to 65535`},
		"any port":            {"tcp:127.0.0.1:0", `"0" is not`, "tcp 127.0.0.1:0"},
		"a port by its name":  {"tcp:x:http", `"http" is not`, `"http" is not`},
		"a host with colons":  {"tcp:[a:b]:80", "host: ", "host: "},
		"of another family":   {"tcp4:[::1]:80", "host: ", "host: "},
		"a bad timeout":       {"tcp:x:1:timeout=soon", "timeout: ", "timeout: "},
		"a bad local address": {"tcp:x:1:local=eth0", "local: ", "local: "},
		"a bad backlog":       {"tcp:x:1:backlog=0", "backlog: ", "backlog: "},
	} {
		t.Run(name, func(t *testing.T) {
			n := &askedNetwork{}
			check := func(what, want string, err error) {
				t.Helper()
				if err == nil {
					if got := n.asked[len(n.asked)-1]; got != what+" "+want {
						t.Errorf("%s is %s", tt.text, got)
					}
				} else if !errors.Is(err, netx.ErrBadEndpoint) || !strings.Contains(err.Error(), want) {
					t.Errorf("%s: %v", tt.text, err)
				}
			}
			var got error
			netx.Connect(n, tt.text, factory(nil)).Catch(func(f *failure.Failure) { got = f })
			check("dial", tt.dial, got)
			_, err := netx.Serve(n, tt.text, factory(nil))
			check("listen", tt.listen, err)
		})
	}
}

func TestTCPEndpointOptions(t *testing.T) {
	n := &askedNetwork{}
	want := netx.Chosen{Timeout: 5 * time.Second, Local: netip.MustParseAddrPort("10.0.0.1:0"), Backlog: 7}
	text := "tcp:example.com:80:timeout=5:local=10.0.0.1:backlog=7"
	own := append(make([]netx.Option, 0, 9), netx.WithConnectTimeout(time.Hour), netx.WithBacklog(3))
	netx.Connect(n, text, factory(nil), own...)
	if got := netx.ChosenBy(n.opts); got != want {
		t.Errorf("Connect has chosen %+v", got)
	}
	if _, err := netx.Serve(n, text, factory(nil), own...); err != nil || netx.ChosenBy(n.opts) != want {
		t.Errorf("Serve has chosen %+v, %v", netx.ChosenBy(n.opts), err)
	}
	netx.Connect(n, "tcp:example.com:80", factory(nil), own...)
	if got := netx.ChosenBy(n.opts); got.Timeout != time.Hour || got.Backlog != 3 {
		t.Errorf("the caller has chosen %+v", got)
	}
	if own[:3][2] != nil {
		t.Error("the caller's options were written to")
	}
}

func TestEndpointsOverTCP(t *testing.T) {
	w := newTCPWorld(t)
	a, b := &recorder{}, &recorder{}
	var connected netx.Protocol
	w.do(func() {
		port, err := netx.Serve(w.net, "tcp:127.0.0.1:0", factory(b))
		if err != nil {
			t.Error(err)
			return
		}
		addr := netip.MustParseAddrPort(port.Addr().String())
		endpoint := "tcp:host=" + addr.Addr().String() + ":port=" + strings.TrimPrefix(port.Addr().String(), "127.0.0.1:")
		netx.Connect(w.net, endpoint, factory(a)).Tap(func(p netx.Protocol) { connected = p }).Catch(w.unexpected)
	})
	w.until("the connection", func() bool { return connected != nil && b.conn != nil })
	if connected != netx.Protocol(a) {
		t.Errorf("Connect gave %v", connected)
	}
	w.do(func() { a.conn.Close() })
	bothLost(t, w, a, b)
}
