//go:build unix

package netx_test

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

// fakeResolver answers what a test wants.
// dial dials and returns what came of it.
func dial(t testing.TB, w *tcpWorld, network, address string, f netx.Factory, opts ...netx.Option) (netx.Protocol, error) {
	t.Helper()
	type result struct {
		p   netx.Protocol
		err error
	}
	results := make(chan result, 1)
	w.do(func() {
		w.net.Dial(network, address, f, opts...).AddBoth(func(p netx.Protocol, err error) (netx.Protocol, error) {
			results <- result{p, err}
			return nil, nil
		})
	})
	got := receive(t, results, "the dial")
	return got.p, got.err
}

// listen listens and returns the port's number.
func listen(t testing.TB, w *tcpWorld, f netx.Factory, opts ...netx.Option) (port *netx.Port, number string) {
	t.Helper()
	w.do(func() {
		var err error
		if port, err = w.net.Listen("tcp4", "127.0.0.1:0", f, opts...); err != nil {
			t.Error(err)
		}
	})
	if port == nil {
		t.FailNow()
	}
	_, number, _ = net.SplitHostPort(port.Addr().String())
	return port, number
}

// freePort returns the number of a port that nobody listens at.
func freePort(t testing.TB, w *tcpWorld) string {
	t.Helper()
	port, number := listen(t, w, factory(&recorder{}))
	w.do(func() { port.StopListening() })
	return number
}

func TestDialNonsense(t *testing.T) {
	w := newTCPWorld(t)
	for name, tt := range map[string]struct {
		network, address string
		text             string
	}{
		"no network":               {"", "127.0.0.1:80", "unknown network"},
		"a network of datagrams":   {"udp", "127.0.0.1:80", "unknown network udp"},
		"no address":               {"tcp", "", "missing port"},
		"no port":                  {"tcp", "127.0.0.1", "missing port"},
		"an empty port":            {"tcp", "127.0.0.1:", "port"},
		"port zero":                {"tcp", "127.0.0.1:0", "port"},
		"too high a port":          {"tcp", "127.0.0.1:65536", `"65536"`},
		"a negative port":          {"tcp", "127.0.0.1:-1", `"-1"`},
		"the name of a port":       {"tcp", "127.0.0.1:http", `"http"`},
		"too many colons":          {"tcp", "::1:80", "too many colons"},
		"IPv6 for tcp4":            {"tcp4", "[::1]:80", "tcp4"},
		"IPv4 for tcp6":            {"tcp6", "127.0.0.1:80", "tcp6"},
		"mapped for tcp6":          {"tcp6", "[::ffff:127.0.0.1]:80", "tcp6"},
		"a bracket":                {"tcp", "[::1:80", "missing ']'"},
		"an interface that is not": {"tcp", "[fe80::1%nosuchinterface]:80", "nosuchinterface"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := dial(t, w, tt.network, tt.address, factory(&recorder{}))
			if !errors.Is(err, netx.ErrBadAddress) || !strings.Contains(err.Error(), tt.text) ||
				!strings.Contains(err.Error(), tt.address) {
				t.Errorf("Dial failed with %v", err)
			}
		})
	}
	// A zone may be a name or a number; nobody has the address.
	interfaces, err := net.Interfaces()
	if err != nil || len(interfaces) == 0 {
		t.Skip("SKIPPED: zones, since the interfaces of this machine are not known: ", err)
	}
	for _, zone := range []string{interfaces[0].Name, "1"} {
		_, err := dial(t, w, "tcp", "[fe80::1%"+zone+"]:9", factory(&recorder{}), netx.WithConnectTimeout(10*time.Millisecond))
		if err == nil || errors.Is(err, netx.ErrBadAddress) {
			t.Errorf("zone %s: Dial failed with %v", zone, err)
		}
	}
	_, err = dial(t, w, "carrier pigeon", "127.0.0.1:80", factory(&recorder{}))
	var unknown net.UnknownNetworkError
	if !errors.As(err, &unknown) {
		t.Errorf("%v is no net.UnknownNetworkError", err)
	}
}

func TestDialRefused(t *testing.T) {
	w := newTCPWorld(t)
	address := "127.0.0.1:" + freePort(t, w)
	_, err := dial(t, w, "tcp", address, factory(&recorder{}))
	var call *os.SyscallError
	if !errors.Is(err, netx.ErrConnectionRefused) || !errors.Is(err, syscall.ECONNREFUSED) || !errors.As(err, &call) {
		t.Errorf("Dial failed with %v", err)
	}
	if want := "netx: dial tcp " + address + ": connect: connection refused"; err.Error() != want {
		t.Errorf("the text is %q, not %q", err, want)
	}
}

func TestDialHosts(t *testing.T) {
	for name, tt := range map[string]struct{ network, listen, host string }{
		"none":           {"tcp", "127.0.0.1:0", ""},
		"a name":         {"tcp4", "127.0.0.1:0", "localhost"},
		"IPv4":           {"tcp", "127.0.0.1:0", "127.0.0.1"},
		"unspecified":    {"tcp", "127.0.0.1:0", "0.0.0.0"},
		"mapped":         {"tcp", "127.0.0.1:0", "::ffff:127.0.0.1"},
		"all of IPv4":    {"tcp4", "0.0.0.0:0", "127.0.0.1"},
		"all, no host":   {"tcp", ":0", "127.0.0.1"},
		"all, no port":   {"tcp", ":", "127.0.0.1"},
		"localhost":      {"tcp", "localhost:0", "127.0.0.1"},
		"IPv6":           {"tcp", "[::1]:0", "::1"},
		"IPv6, none":     {"tcp6", "[::1]:0", ""},
		"all, over IPv6": {"tcp", "[::]:0", "::1"},
		"all, over IPv4": {"tcp", "[::]:0", "127.0.0.1"},
		"all, as 0":      {"tcp", "0.0.0.0:0", "::1"},
		"all of IPv6":    {"tcp6", ":0", "::1"},
	} {
		t.Run(name, func(t *testing.T) {
			if strings.Contains(tt.listen+tt.host, "::") || tt.network == "tcp6" {
				requireIPv6(t)
			}
			w := newTCPWorld(t)
			a, b := &recorder{}, &recorder{}
			number := ""
			w.do(func() {
				port, err := w.net.Listen(tt.network, tt.listen, factory(b))
				if err != nil {
					t.Error(err)
					return
				}
				_, number, _ = net.SplitHostPort(port.Addr().String())
			})
			if _, err := dial(t, w, tt.network, net.JoinHostPort(tt.host, number), factory(a)); err != nil {
				t.Fatal(err)
			}
			w.until("the other side", func() bool { return b.conn != nil })
			w.do(func() {
				if got, want := b.conn.RemoteAddr().String(), a.conn.LocalAddr().String(); got != want {
					t.Errorf("the port sees %s, which is %s", got, want)
				}
				if got, want := a.conn.RemoteAddr().String(), b.conn.LocalAddr().String(); got != want {
					t.Errorf("it speaks with %s, which is %s", got, want)
				}
				a.conn.Close()
			})
			bothLost(t, w, a, b)
		})
	}
}

func TestTCP6OnlyAndTCP4Only(t *testing.T) {
	requireIPv6(t)
	w := newTCPWorld(t)
	w.do(func() {
		six, err := w.net.Listen("tcp6", ":0", factory(&recorder{}))
		if err != nil {
			t.Error(err)
			return
		}
		_, number, _ := net.SplitHostPort(six.Addr().String())
		if _, err := w.net.Listen("tcp4", ":"+number, factory(&recorder{})); err != nil {
			t.Errorf("tcp6 has taken the port of tcp4 as well: %v", err)
		}
	})
}

func TestDialFactory(t *testing.T) {
	w := newTCPWorld(t)
	b := &recorder{}
	_, number := listen(t, w, factory(b))
	boom := errors.New("boom")
	for name, tt := range map[string]struct {
		f     func(net.Addr) (netx.Protocol, error)
		want  error
		panic bool
	}{
		"an error":   {func(net.Addr) (netx.Protocol, error) { return nil, boom }, boom, false},
		"both":       {func(net.Addr) (netx.Protocol, error) { return &recorder{}, boom }, boom, false},
		"nothing":    {func(net.Addr) (netx.Protocol, error) { return nil, nil }, netx.ErrNoProtocol, false},
		"a panic":    {func(net.Addr) (netx.Protocol, error) { panic(boom) }, boom, true},
		"in another": {func(net.Addr) (netx.Protocol, error) { return &recorder{onMade: func(*netx.Conn) { panic(boom) }}, nil }, boom, true},
	} {
		t.Run(name, func(t *testing.T) {
			b.reason = nil
			_, err := dial(t, w, "tcp", "127.0.0.1:"+number, netx.FactoryFunc(tt.f))
			var p *failure.PanicError
			if !errors.Is(err, tt.want) || errors.As(err, &p) != tt.panic {
				t.Errorf("Dial failed with %v", err)
			}
			w.until("the end of the peer", b.lost)
		})
	}
}

func TestDialMadePanic(t *testing.T) {
	w := newTCPWorld(t)
	b := &recorder{}
	_, number := listen(t, w, factory(b))
	a := &recorder{onMade: func(*netx.Conn) { panic("boom") }}
	_, err := dial(t, w, "tcp", "127.0.0.1:"+number, factory(a))
	bothLost(t, w, a, b)
	var dialled, lost *failure.PanicError
	if !errors.As(err, &dialled) || !errors.As(a.reason, &lost) || dialled != lost {
		t.Errorf("Dial failed with %v, the connection with %v", err, a.reason)
	}
	expect(t, w, a, "made, lost: panic: boom")
}

// cancelled checks a Deferred that was cancelled and the text of its failure.
// TestDialCancelledLookup has a resolver that does not look at its context.
func TestDialFrom(t *testing.T) {
	w := newTCPWorld(t)
	b := &recorder{}
	_, number := listen(t, w, factory(b))
	a := &recorder{}
	from := netip.MustParseAddrPort("127.0.0.9:0")
	if _, err := dial(t, w, "tcp", "127.0.0.1:"+number, factory(a), netx.WithLocalAddr(from)); err != nil {
		t.Fatal(err)
	}
	w.until("the other side", func() bool { return b.conn != nil })
	w.do(func() {
		if got := b.conn.RemoteAddr().(*net.TCPAddr).IP.String(); got != "127.0.0.9" {
			t.Errorf("it comes from %s", got)
		}
		a.conn.Close()
	})
	bothLost(t, w, a, b)
	t.Run("an address that is taken", func(t *testing.T) {
		taken := netip.MustParseAddrPort("127.0.0.1:" + number)
		_, err := dial(t, w, "tcp", "127.0.0.1:1", factory(a), netx.WithLocalAddr(taken))
		if !errors.Is(err, syscall.EADDRINUSE) {
			t.Errorf("Dial failed with %v", err)
		}
	})
	t.Run("the address that is dialled", func(t *testing.T) {
		itself := netip.MustParseAddrPort("127.0.0.1:" + freePort(t, w))
		_, err := dial(t, w, "tcp", itself.String(), factory(a), netx.WithLocalAddr(itself))
		if !errors.Is(err, netx.ErrConnectionRefused) {
			t.Errorf("it has connected to itself: %v", err)
		}
	})
}

func TestDialNeverCallsFromInside(t *testing.T) {
	w := newTCPWorld(t)
	_, number := listen(t, w, factory(&recorder{}))
	a := &recorder{}
	w.do(func() {
		d := w.net.Dial("tcp", "127.0.0.1:"+number, factory(a))
		if d.Called() || a.conn != nil {
			t.Error("Dial has made the connection before it returned")
		}
		d.Tap(func(netx.Protocol) { a.conn.Abort() })
	})
	w.until("the end", a.lost)
}
