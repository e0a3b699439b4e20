//go:build unix

package netx_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

func TestDialTLSFails(t *testing.T) {
	for name, tt := range map[string]struct {
		client func(*tls.Config)
		host   string
		is     func(error) bool
	}{
		"unknown authority": {func(c *tls.Config) { c.RootCAs = newAuthority(t).pool() }, "localhost", as[x509.UnknownAuthorityError]},
		"the system's own":  {func(c *tls.Config) { c.RootCAs = nil }, "localhost", as[x509.UnknownAuthorityError]},
		"wrong name":        {func(c *tls.Config) { c.ServerName = "other.example" }, "localhost", as[x509.HostnameError]},
		"wrong address":     {func(c *tls.Config) { c.ServerName = "" }, "127.0.0.2", as[x509.HostnameError]},
		"old client":        {func(c *tls.Config) { c.MaxVersion = tls.VersionTLS11 }, "localhost", as[error]},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTCPWorld(t)
			var told error
			var port *netx.Port
			w.do(func() {
				var err error
				port, err = w.net.Listen("tcp4", "0.0.0.0:0", factoryOf(func() netx.Protocol {
					t.Error("the server made a protocol")
					return &recorder{}
				}), netx.WithTLS(both()), netx.WithHandshakeErrors(func(remote net.Addr, err error) {
					if remote.Network() != "tcp" {
						t.Errorf("told of %v", remote)
					}
					told = err
				}))
				if err != nil {
					t.Error(err)
				}
			})
			_, number, _ := net.SplitHostPort(port.Addr().String())
			cfg := both()
			tt.client(cfg)
			o := await(w, "the Dial", func() *deferred.Deferred[netx.Protocol] {
				return w.net.Dial("tcp4", tt.host+":"+number, factoryOf(func() netx.Protocol {
					t.Error("the client made a protocol")
					return &recorder{}
				}), netx.WithTLS(cfg))
			})
			if !tt.is(o.err) || !errors.Is(o.err, netx.ErrConnectionLost) || !strings.Contains(o.err.Error(), tt.host) {
				t.Errorf("Dial failed with %v", o.err)
			}
			w.until("the server's end", func() bool { return told != nil })
			w.do(func() {
				if s := port.Stats(); s.Failed != 1 || s.Accepted != 0 || s.Rejected != 0 {
					t.Errorf("the port counts %+v", s)
				}
			})
		})
	}
}

// Without a ServerName, the certificate must be for the host that is dialled.
func TestDialTLSName(t *testing.T) {
	for host, sni := range map[string]string{"localhost": "localhost", "127.0.0.1": ""} {
		t.Run(host, func(t *testing.T) {
			w := newTCPWorld(t)
			a, b := &recorder{}, &recorder{}
			_, number := listen(t, w, factory(b), netx.WithTLS(both()))
			cfg := both()
			cfg.ServerName = ""
			o := await(w, "the Dial", func() *deferred.Deferred[netx.Protocol] {
				return w.net.Dial("tcp4", host+":"+number, factory(a), netx.WithTLS(cfg))
			})
			if o.err != nil {
				t.Fatal(o.err)
			}
			w.until("the server", b.made)
			w.do(func() {
				if state, ok := b.conn.ConnectionState(); !ok || state.ServerName != sni {
					t.Errorf("the server was asked for %q, %v", state.ServerName, ok)
				}
				a.conn.Close()
			})
			bothLost(t, w, a, b)
			if cfg.ServerName != "" {
				t.Error("the program's configuration was changed")
			}
		})
	}
}

func TestListenTLSNeedsACertificate(t *testing.T) {
	w := newTCPWorld(t)
	w.do(func() {
		_, err := w.net.Listen("tcp", w.at, factory(&recorder{}), netx.WithTLS(&tls.Config{}))
		if !errors.Is(err, netx.ErrCannotListen) || !strings.Contains(err.Error(), "certificate") {
			t.Errorf("got %v", err)
		}
	})
}

// silent accepts connections and says nothing, until the test ends. It says when
// one has been closed by the peer.
func silent(t testing.TB) (address string, closed <-chan error) {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ends := make(chan error, 10)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, err = io.Copy(io.Discard, c)
			ends <- err
			c.Close()
		}
	}()
	t.Cleanup(func() { l.Close(); receive(t, done, "the silent server") })
	return l.Addr().String(), ends
}

func TestDialTLSToSomebodySilent(t *testing.T) {
	for name, tt := range map[string]struct {
		opt  netx.Option
		do   func(d *deferred.Deferred[netx.Protocol])
		want error
	}{
		"handshake timeout": {netx.WithHandshakeTimeout(10 * time.Millisecond), nil, deferred.ErrTimeout},
		"connect timeout":   {netx.WithConnectTimeout(10 * time.Millisecond), nil, deferred.ErrTimeout},
		"cancel":            {nil, func(d *deferred.Deferred[netx.Protocol]) { d.Cancel() }, deferred.ErrCancelled},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTCPWorld(t)
			address, closed := silent(t)
			var d *deferred.Deferred[netx.Protocol]
			o := &outcome[netx.Protocol]{}
			w.do(func() {
				d = w.net.Dial("tcp", address, factory(&recorder{}), netx.WithTLS(both()), tt.opt)
				o = watch(d)
			})
			w.settle()
			if tt.do != nil {
				w.do(func() { tt.do(d) })
			}
			w.until("the end", func() bool { return o.fired })
			if !errors.Is(o.err, tt.want) {
				t.Errorf("got %v", o.err)
			}
			receive(t, closed, "the end at the peer")
		})
	}
}

func TestListenTLSToSomebodySilent(t *testing.T) {
	w := newTCPWorld(t)
	port, number := listen(t, w, factory(&recorder{}), netx.WithTLS(both()), netx.WithHandshakeTimeout(10*time.Millisecond))
	c, err := net.Dial("tcp", "127.0.0.1:"+number)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.ReadAll(c); err == nil {
		t.Error("the connection ended cleanly")
	}
	w.do(func() {
		if port.Stats().Failed != 1 {
			t.Errorf("the port counts %+v", port.Stats())
		}
	})
}

// What the factory and the protocol do after the handshake.
func TestDialTLSProtocol(t *testing.T) {
	boom := errors.New("boom")
	for name, tt := range map[string]struct {
		factory netx.Factory
		want    error
	}{
		"none":              {factory(nil), netx.ErrNoProtocol},
		"an error":          {netx.FactoryFunc(func(net.Addr) (netx.Protocol, error) { return nil, boom }), boom},
		"a panic":           {netx.FactoryFunc(func(net.Addr) (netx.Protocol, error) { panic(boom) }), boom},
		"a panic when made": {factory(&recorder{onMade: func(*netx.Conn) { panic(boom) }}), boom},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTCPWorld(t)
			b := &recorder{}
			_, number := listen(t, w, factory(b), netx.WithTLS(both()))
			o := await(w, "the Dial", func() *deferred.Deferred[netx.Protocol] {
				return w.net.Dial("tcp4", "localhost:"+number, tt.factory, netx.WithTLS(both()))
			})
			if !errors.Is(o.err, tt.want) {
				t.Errorf("got %v", o.err)
			}
			w.until("the server's end", b.lost)
		})
	}
}

func TestPortTLSWithoutProtocol(t *testing.T) {
	w := newTCPWorld(t)
	port, number := listen(t, w, factory(nil), netx.WithTLS(both()))
	a := &recorder{}
	o := await(w, "the Dial", func() *deferred.Deferred[netx.Protocol] {
		return w.net.Dial("tcp4", "localhost:"+number, factory(a), netx.WithTLS(both()))
	})
	w.until("the end", a.lost)
	w.do(func() {
		if o.err != nil || kindOf(a.reason) != "done" || port.Stats().Rejected != 1 {
			t.Errorf("%v, %v", o.err, a.reason)
		}
	})
}

// A port is stopped during a handshake: the connection does not get a protocol.
func TestStopListeningDuringAHandshake(t *testing.T) {
	w := newTCPWorld(t)
	g := newGate()
	port, number := listen(t, w, factoryOf(func() netx.Protocol {
		t.Error("the factory was asked")
		return &recorder{}
	}), netx.WithTLS(g.config(w)))
	a := &recorder{}
	var o *outcome[netx.Protocol]
	w.do(func() { o = watch(w.net.Dial("tcp4", "localhost:"+number, factory(a), netx.WithTLS(both()))) })
	receive(t, g.entered, "the handshake")
	w.do(func() { port.StopListening() })
	close(g.open)
	w.until("the end", a.lost)
	w.do(func() {
		if o.err != nil || kindOf(a.reason) != "done" || port.Stats().Rejected != 1 {
			t.Errorf("%v, %v, %+v", o.err, a.reason, port.Stats())
		}
	})
}

// gate is a GetCertificate that waits, and knows what goes through it.
type gate struct {
	open    chan struct{}
	entered chan struct{}
	onLoop  atomic.Int64 // callers that were on the goroutine of a loop
	gaveUp  atomic.Int64
}

func newGate() *gate { return &gate{open: make(chan struct{}), entered: make(chan struct{}, 1000)} }

func (g *gate) config(w *tcpWorld) *tls.Config {
	cert := trusted().server
	return &tls.Config{GetCertificate: func(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
		if w.net.OnLoop() {
			g.onLoop.Add(1)
		}
		if h.Conn.RemoteAddr().String() == "" || h.Conn.LocalAddr().String() == "" {
			return nil, errors.New("no addresses")
		}
		g.entered <- struct{}{}
		select {
		case <-g.open:
			return &cert, nil
		case <-h.Context().Done():
			g.gaveUp.Add(1)
			g.entered <- struct{}{}
			return nil, h.Context().Err()
		}
	}}
}

// A function of the configuration may block. Nobody else waits for it: neither
// the loop nor other handshakes.
func TestBlockingHandshakesHoldUpNobody(t *testing.T) {
	w := newTCPWorld(t)
	g := newGate()
	_, slow := listen(t, w, factoryOf(func() netx.Protocol { return &recorder{} }), netx.WithTLS(g.config(w)))
	_, quick := listen(t, w, factoryOf(func() netx.Protocol { return &echo{} }), netx.WithTLS(both()))
	var made, early int
	const many = netx.MaxBlocking + 10
	w.do(func() {
		for range many {
			w.net.Dial("tcp4", "localhost:"+slow, factory(&recorder{}), netx.WithTLS(both()), netx.WithHandshakeTimeout(0)).
				Tap(func(netx.Protocol) { made++ }).Catch(w.unexpected)
		}
	})
	for range netx.MaxBlocking {
		receive(t, g.entered, "the slow handshakes")
	}
	a := &recorder{}
	w.do(func() {
		early = made
		w.net.Dial("tcp4", "localhost:"+quick, factory(a), netx.WithTLS(both())).Catch(w.unexpected)
	})
	w.until("the quick one", a.made)
	w.do(func() { a.conn.WriteString("hello") })
	w.until("the answer", func() bool { return a.data.String() == "hello" })
	if len(g.entered) != 0 {
		t.Errorf("%d more were begun than are allowed", len(g.entered))
	}
	close(g.open)
	w.until("all", func() bool { return made == many })
	if early != 0 || g.onLoop.Load() != 0 {
		t.Errorf("%d were early, %d on the loop", early, g.onLoop.Load())
	}
}

// The connection ends while a worker is at its handshake, or before one is.
func TestEndDuringABlockedHandshake(t *testing.T) {
	w := newTCPWorld(t)
	g := newGate()
	var failed []error
	_, number := listen(t, w, factoryOf(func() netx.Protocol { return &recorder{} }), netx.WithTLS(g.config(w)),
		netx.WithHandshakeTimeout(20*time.Millisecond),
		netx.WithHandshakeErrors(func(_ net.Addr, err error) { failed = append(failed, err) }))
	const many = netx.MaxBlocking + 10
	lost := 0
	w.do(func() {
		for range many {
			w.net.Dial("tcp4", "localhost:"+number, factory(&recorder{}), netx.WithTLS(both())).
				Catch(func(*failure.Failure) { lost++ })
		}
	})
	w.until("the ends", func() bool { return lost == many && len(failed) == many })
	for _, err := range failed {
		if !errors.Is(err, deferred.ErrTimeout) {
			t.Errorf("got %v", err)
		}
	}
	w.until("the workers", func() bool { return netx.Workers(w.net) == 0 })
	if g.gaveUp.Load() == 0 {
		t.Error("the context has not ended")
	}
}

// A function of the configuration that ends its goroutine, and one that panics.
func TestHandshakeGoexit(t *testing.T) {
	for name, end := range map[string]func(){"Goexit": runtime.Goexit, "panic": func() { panic("boom") }} {
		t.Run(name, func(t *testing.T) {
			w := newTCPWorld(t)
			var told error
			_, number := listen(t, w, factory(&recorder{}), netx.WithTLS(&tls.Config{
				GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { end(); return nil, nil },
			}), netx.WithHandshakeErrors(func(_ net.Addr, err error) { told = err }))
			o := await(w, "the Dial", func() *deferred.Deferred[netx.Protocol] {
				return w.net.Dial("tcp4", "localhost:"+number, factory(&recorder{}), netx.WithTLS(both()))
			})
			w.until("the server", func() bool { return told != nil })
			if o.err == nil || name == "panic" && !as[*failure.PanicError](told) || name == "Goexit" && !strings.Contains(told.Error(), "Goexit") {
				t.Errorf("%v and %v", o.err, told)
			}
		})
	}
}

// Many handshakes at once: few of their steps are made on the loop in a turn, and
// the others on few goroutines.
func TestManyHandshakes(t *testing.T) {
	for name, cert := range map[string]tls.Certificate{"ECDSA": trusted().server, "RSA": trusted().rsa} {
		t.Run(name, func(t *testing.T) {
			w := newTCPWorld(t)
			server := both()
			server.Certificates = []tls.Certificate{cert}
			_, number := listen(t, w, factoryOf(func() netx.Protocol { return &echo{} }), netx.WithTLS(server))
			made, most, workers, running := 0, 0, 0, true
			var look func()
			look = func() { // in every turn
				most, workers = max(most, netx.Inline(w.net)), max(workers, netx.Workers(w.net))
				if running {
					w.net.CallFromThread(look)
				}
			}
			w.do(func() {
				look()
				for range 100 {
					w.net.Dial("tcp4", "localhost:"+number, factory(&recorder{}), netx.WithTLS(both())).
						Tap(func(netx.Protocol) { made++ }).Catch(w.unexpected)
				}
			})
			w.until("all", func() bool { return made == 100 })
			w.do(func() {
				running = false
				if limit := max(1, runtime.GOMAXPROCS(0)-1); most > netx.MaxInline || workers > limit || workers == 0 {
					t.Errorf("%d steps in a turn on the loop, %d workers", most, workers)
				}
			})
		})
	}
}
