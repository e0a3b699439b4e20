//go:build unix

package netx_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

// fakeResolver answers what a test wants.
type fakeResolver struct {
	addrs []netip.Addr
	err   error
	hang  bool // until the context ends
	do    func()

	mu       sync.Mutex // it is called on many goroutines
	running  int
	most     int
	asked    []string
	released chan struct{} // if set, lookups wait for it
}

func (r *fakeResolver) LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error) {
	r.mu.Lock()
	r.running++
	r.most = max(r.most, r.running)
	r.asked = append(r.asked, network+" "+host)
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.running--
	}()
	if r.do != nil {
		r.do()
	}
	if r.released != nil {
		<-r.released
	}
	if r.hang {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return r.addrs, r.err
}

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

func addrs(texts ...string) (as []netip.Addr) {
	for _, text := range texts {
		as = append(as, netip.MustParseAddr(text))
	}
	return as
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
		t.Skip("no interface", err)
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

func TestDialName(t *testing.T) {
	w := newTCPWorld(t)
	b := &recorder{}
	_, number := listen(t, w, factory(b))
	refused := "127.0.0.2" // nobody listens at this one
	t.Run("the first that answers", func(t *testing.T) {
		a := &recorder{}
		r := &fakeResolver{addrs: addrs(refused, "::ffff:127.0.0.1", "127.0.0.3")}
		p, err := dial(t, w, "tcp4", "server.example:"+number, factory(a), netx.WithResolver(r))
		if p != netx.Protocol(a) || err != nil {
			t.Fatalf("Dial gave %v, %v", p, err)
		}
		w.do(func() {
			if got := a.conn.RemoteAddr().String(); got != "127.0.0.1:"+number {
				t.Errorf("it is connected to %s", got)
			}
			a.conn.Close()
		})
		w.until("the end", a.lost)
		if len(r.asked) != 1 || r.asked[0] != "ip4 server.example" {
			t.Errorf("asked for %q", r.asked)
		}
	})
	for name, tt := range map[string]struct {
		r     *fakeResolver
		wants []error
		texts []string
	}{
		"no such name": {
			&fakeResolver{err: &net.DNSError{Err: "no such host", Name: "server.example", IsNotFound: true}},
			nil, []string{"no such host", "server.example"},
		},
		"none that answers": {
			&fakeResolver{addrs: addrs(refused, "127.0.0.3")},
			[]error{netx.ErrConnectionRefused, syscall.ECONNREFUSED}, []string{"127.0.0.2:", "127.0.0.3:", "refused"},
		},
		"no address": {&fakeResolver{}, []error{netx.ErrBadAddress}, []string{"no address"}},
		"of another family": {
			&fakeResolver{addrs: addrs("::1")}, []error{netx.ErrBadAddress}, []string{"no address for tcp4"},
		},
		"a panic": {
			&fakeResolver{do: func() { panic("boom") }}, nil, []string{"panic: boom"},
		},
		"an end of the goroutine": {
			&fakeResolver{do: func() { runtime.Goexit() }}, nil, []string{"Goexit"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			address := "server.example:" + number
			_, err := dial(t, w, "tcp4", address, factory(&recorder{}), netx.WithResolver(tt.r))
			if err == nil {
				t.Fatal("Dial did not fail")
			}
			for _, want := range tt.wants {
				if !errors.Is(err, want) {
					t.Errorf("%v is no %v", err, want)
				}
			}
			for _, text := range append(tt.texts, address) {
				if !strings.Contains(err.Error(), text) && name != "a panic" {
					t.Errorf("%q is not in %q", text, err)
				}
			}
		})
	}
	t.Run("that the system does not know", func(t *testing.T) {
		_, err := dial(t, w, "tcp", "name.invalid:80", factory(&recorder{}))
		var dns *net.DNSError
		if !errors.As(err, &dns) || dns.Name != "name.invalid" {
			t.Errorf("Dial failed with %v", err)
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
	if err != error(a.reason) {
		t.Errorf("Dial failed with %v, the connection with %v", err, a.reason)
	}
	expect(t, w, a, "made, lost: panic: boom")
}

// cancelled checks a Deferred that was cancelled and the text of its failure.
func cancelled(t *testing.T, w *tcpWorld, d *deferred.Deferred[netx.Protocol], address string) {
	t.Helper()
	fired := false
	w.do(func() {
		d.AddBoth(func(p netx.Protocol, err error) (netx.Protocol, error) {
			fired = true
			if !errors.Is(err, deferred.ErrCancelled) || !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), address) {
				t.Errorf("it failed with %v", err)
			}
			return nil, nil
		})
		d.Cancel()
	})
	if !fired {
		t.Error("the Deferred has not fired")
	}
	w.settle()
}

func TestDialCancel(t *testing.T) {
	w := newTCPWorld(t)
	watched := func() (n int) {
		w.do(func() { n = w.r.Stats().Descriptors })
		return n
	}
	start := func(address string, f netx.Factory, opts ...netx.Option) (d *deferred.Deferred[netx.Protocol]) {
		w.do(func() { d = w.net.Dial("tcp", address, f, opts...) })
		return d
	}
	t.Run("looking up", func(t *testing.T) {
		r := &fakeResolver{hang: true}
		d := start("far.example:80", factory(&recorder{}), netx.WithResolver(r))
		cancelled(t, w, d, "far.example:80")
		w.until("the end of the lookup", func() bool { r.mu.Lock(); defer r.mu.Unlock(); return r.running == 0 })
	})
	before := watched()
	t.Run("connecting", func(t *testing.T) {
		address := fullPort(t)
		d := start(address, factory(&recorder{}))
		if watched() != before+1 {
			t.Error("it is not connecting")
		}
		cancelled(t, w, d, address)
		if watched() != before {
			t.Error("the socket is still there")
		}
	})
	port, number := listen(t, w, factory(&recorder{}))
	var d *deferred.Deferred[netx.Protocol]
	t.Run("in the factory", func(t *testing.T) {
		var got error
		cancel := func() netx.Protocol { d.Cancel(); return &recorder{} }
		w.do(func() {
			d = w.net.Dial("tcp", "127.0.0.1:"+number, factoryOf(cancel))
			d.Catch(func(f *failure.Failure) { got = f })
		})
		w.until("the failure", func() bool { return got != nil })
		if !errors.Is(got, deferred.ErrCancelled) {
			t.Errorf("it failed with %v", got)
		}
	})
	t.Run("in ConnectionMade", func(t *testing.T) {
		a := &recorder{}
		a.onMade = func(*netx.Conn) { d.Cancel() }
		var got error
		w.do(func() {
			d = w.net.Dial("tcp", "127.0.0.1:"+number, factory(a))
			d.Catch(func(f *failure.Failure) { got = f })
		})
		w.until("the end", a.lost)
		expect(t, w, a, "made, lost: aborted")
		if !errors.Is(got, deferred.ErrCancelled) {
			t.Errorf("it failed with %v", got)
		}
	})
	t.Run("afterwards", func(t *testing.T) {
		a := &recorder{}
		d := start("127.0.0.1:"+number, factory(a))
		w.until("the connection", func() bool { return d.Called() })
		w.do(func() {
			if d.Cancel(); a.conn.Closed() {
				t.Error("a cancel has ended a connection that was made")
			}
			a.conn.Abort()
		})
		w.until("the end", a.lost)
	})
	w.do(func() { port.StopListening() })
	w.until("the end of all", func() bool { return w.r.Stats().Descriptors <= before })
}

// TestDialCancelledLookup has a resolver that does not look at its context.
func TestDialCancelledLookup(t *testing.T) {
	w := newTCPWorld(t)
	built := 0
	_, number := listen(t, w, counted(&recorder{}, &built))
	r := &fakeResolver{addrs: addrs("127.0.0.1"), released: make(chan struct{})}
	var d *deferred.Deferred[netx.Protocol]
	w.do(func() {
		d = w.net.Dial("tcp4", "server.example:"+number, counted(&recorder{}, &built), netx.WithResolver(r))
	})
	w.until("the lookup", func() bool { r.mu.Lock(); defer r.mu.Unlock(); return r.running == 1 })
	cancelled(t, w, d, "server.example")
	close(r.released)
	w.until("its end", func() bool { r.mu.Lock(); defer r.mu.Unlock(); return r.running == 0 })
	w.settle()
	w.do(func() {
		if built != 0 {
			t.Error("a Dial that was cancelled went on")
		}
	})
}

func TestDialTimeout(t *testing.T) {
	w := newTCPWorld(t)
	check := func(t *testing.T, err error) {
		t.Helper()
		var timeout net.Error
		_ = timeout
		var asked interface{ Timeout() bool }
		if !errors.Is(err, deferred.ErrTimeout) || !errors.Is(err, os.ErrDeadlineExceeded) ||
			!errors.Is(err, context.DeadlineExceeded) || !errors.As(err, &asked) || !asked.Timeout() {
			t.Errorf("Dial failed with %v", err)
		}
		if !strings.Contains(err.Error(), "timed out after 10ms") {
			t.Errorf("the text is %v", err)
		}
	}
	limit := netx.WithConnectTimeout(10 * time.Millisecond)
	t.Run("looking up", func(t *testing.T) {
		r := &fakeResolver{hang: true}
		_, err := dial(t, w, "tcp", "far.example:80", factory(&recorder{}), netx.WithResolver(r), limit)
		check(t, err)
		w.until("the end of the lookup", func() bool { r.mu.Lock(); defer r.mu.Unlock(); return r.running == 0 })
	})
	t.Run("connecting", func(t *testing.T) {
		_, err := dial(t, w, "tcp", fullPort(t), factory(&recorder{}), limit)
		check(t, err)
	})
	t.Run("one of several", func(t *testing.T) {
		// All addresses of 127.0.0.0/8 lead to the socket that is bound to one
		// of them, or to the one that is bound to all.
		_, full, _ := net.SplitHostPort(fullPort(t))
		n, _ := strconv.Atoi(full)
		b := &recorder{}
		w.do(func() {
			if _, err := w.net.Listen("tcp4", "127.0.0.2:"+full, factory(b)); err != nil {
				t.Error(err)
			}
		})
		a := &recorder{}
		r := &fakeResolver{addrs: addrs("127.0.0.1", "127.0.0.2")}
		p, err := dial(t, w, "tcp", "far.example:"+strconv.Itoa(n), factory(a), netx.WithResolver(r),
			netx.WithConnectTimeout(time.Second))
		if err != nil || p != netx.Protocol(a) {
			t.Fatalf("Dial gave %v, %v", p, err)
		}
		w.do(func() { a.conn.Close() })
		bothLost(t, w, a, b)
	})
}

func TestLookupsAreBounded(t *testing.T) {
	w := newTCPWorld(t)
	r := &fakeResolver{err: errors.New("no"), released: make(chan struct{})}
	const n = 200
	failed, lost := 0, 0
	var ds []*deferred.Deferred[netx.Protocol]
	w.do(func() {
		for i := range n {
			d := w.net.Dial("tcp", strconv.Itoa(i)+".example:80", factory(&recorder{}), netx.WithResolver(r))
			d.Catch(func(f *failure.Failure) {
				if failed++; errors.Is(f, deferred.ErrCancelled) {
					lost++
				}
			})
			ds = append(ds, d)
		}
	})
	w.until("lookups", func() bool { r.mu.Lock(); defer r.mu.Unlock(); return r.running == 64 })
	w.settle()
	w.do(func() {
		for _, d := range ds[150:] { // these wait for their turn
			d.Cancel()
		}
	})
	close(r.released)
	w.until("all of them", func() bool { return failed == n })
	if r.most != 64 || lost != 50 || len(r.asked) != 150 {
		t.Errorf("%d at a time, %d cancelled, %d asked", r.most, lost, len(r.asked))
	}
}

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
