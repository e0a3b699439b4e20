//go:build unix

package netx_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/netx"
)

// versions are the configurations of both sides for each version of TLS.
func versions() map[string]*tls.Config {
	return map[string]*tls.Config{"1.2": only12(), "1.3": both()}
}

// talk is what a blocking peer does: it sends p, ends its output, and returns what
// it reads to the end.
func talk(c *tls.Conn, p []byte) ([]byte, error) {
	sent := make(chan error, 1)
	go func() {
		_, err := c.Write(p)
		sent <- errors.Join(err, c.CloseWrite())
	}()
	got, err := io.ReadAll(c)
	return got, errors.Join(err, <-sent, c.Close())
}

// said is what talk came to.
type said struct {
	got []byte
	err error
}

// The server is ours, and the client package crypto/tls with a goroutine.
func TestTLSWithGoClient(t *testing.T) {
	for version, cfg := range versions() {
		t.Run(version, func(t *testing.T) {
			w := newTCPWorld(t)
			b := &echoHalf{}
			_, number := listen(t, w, factory(b), netx.WithTLS(cfg))
			want := noise(3 << 20)
			result := make(chan said, 1)
			go func() {
				c, err := tls.Dial("tcp", "127.0.0.1:"+number, cfg)
				if err != nil {
					result <- said{err: err}
					return
				}
				got, err := talk(c, want)
				result <- said{got, err}
			}()
			r := receive(t, result, "the client")
			if r.err != nil || !bytes.Equal(r.got, want) {
				t.Errorf("%d bytes of %d came back, %v", len(r.got), len(want), r.err)
			}
			w.until("the end", b.lost)
			expect(t, w, &b.recorder, "made, read closed, write closed, lost: done")
		})
	}
}

// echoHalf answers everything, and then ends its output.
type echoHalf struct{ halfRecorder }

func (e *echoHalf) DataReceived(p []byte) { e.conn.Write(p) }
func (e *echoHalf) ReadClosed()           { e.halfRecorder.ReadClosed(); e.conn.CloseWrite() }

// The client is ours, and the server package crypto/tls with a goroutine.
func TestTLSWithGoServer(t *testing.T) {
	for version, cfg := range versions() {
		t.Run(version, func(t *testing.T) {
			w := newTCPWorld(t)
			l, err := tls.Listen("tcp", "127.0.0.1:0", cfg)
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			there, back := noise(3<<20), noise(2<<20)
			result := make(chan said, 1)
			go func() {
				c, err := l.Accept()
				if err != nil {
					result <- said{err: err}
					return
				}
				got, err := talk(c.(*tls.Conn), back)
				result <- said{got, err}
			}()
			a := &halfRecorder{}
			a.onMade = func(c *netx.Conn) { c.Write(there); c.CloseWrite() }
			o := await(w, "the Dial", func() *deferred.Deferred[netx.Protocol] {
				return w.net.Dial("tcp", l.Addr().String(), factory(a), netx.WithTLS(cfg))
			})
			r := receive(t, result, "the server")
			if o.err != nil || r.err != nil || !bytes.Equal(r.got, there) {
				t.Errorf("%v; the server got %d bytes of %d, %v", o.err, len(r.got), len(there), r.err)
			}
			w.until("the end", a.lost)
			if kindOf(a.reason) != "done" || !bytes.Equal(a.data.Bytes(), back) {
				t.Errorf("the client got %d bytes of %d, %v", a.data.Len(), len(back), a.reason)
			}
		})
	}
}

// The peer ends the connection without a close_notify.
func TestGoPeerTruncates(t *testing.T) {
	for version, cfg := range versions() {
		t.Run(version, func(t *testing.T) {
			w := newTCPWorld(t)
			b := &halfRecorder{}
			_, number := listen(t, w, factory(b), netx.WithTLS(cfg))
			plain, err := net.Dial("tcp", "127.0.0.1:"+number)
			if err != nil {
				t.Fatal(err)
			}
			defer plain.Close()
			c := tls.Client(plain, cfg)
			if _, err := c.Write([]byte("all of this?")); err != nil {
				t.Fatal(err)
			}
			if err := plain.(*net.TCPConn).CloseWrite(); err != nil {
				t.Fatal(err)
			}
			w.until("the loss", b.lost)
			if kindOf(b.reason) != "lost" || !errors.Is(b.reason, io.ErrUnexpectedEOF) || b.data.String() != "all of this?" {
				t.Errorf("got %q and %v", b.data.String(), b.reason)
			}
			expect(t, w, &b.recorder, "made, lost: lost")
		})
	}
}

// agreed is what a client and an echo server have agreed on, which is told once
// both have said something.
func agreed(t *testing.T, w *tcpWorld, port string, client *tls.Config) tls.ConnectionState {
	t.Helper()
	a := &recorder{}
	o := await(w, "the Dial", func() *deferred.Deferred[netx.Protocol] {
		return w.net.Dial("tcp4", "localhost:"+port, factory(a), netx.WithTLS(client))
	})
	if o.err != nil {
		t.Fatal(o.err)
	}
	w.do(func() { a.conn.WriteString("hello") })
	w.until("the answer", func() bool { return a.data.String() == "hello" })
	var state tls.ConnectionState
	w.do(func() {
		state, _ = a.conn.ConnectionState()
		a.conn.Close()
	})
	w.until("the end", a.lost)
	return state
}

// Tickets are taken, kept and given back; TLS 1.3 sends them after the handshake.
func TestTLSResumption(t *testing.T) {
	for version, cfg := range versions() {
		t.Run(version, func(t *testing.T) {
			w := newTCPWorld(t)
			_, number := listen(t, w, factoryOf(func() netx.Protocol { return &echo{} }), netx.WithTLS(cfg))
			client := cfg.Clone()
			client.ClientSessionCache = tls.NewLRUClientSessionCache(10)
			for i := range 3 {
				state := agreed(t, w, number, client)
				if state.DidResume != (i > 0) {
					t.Errorf("connection %d: resumed %v", i, state.DidResume)
				}
			}
		})
	}
}

func TestTLSChoices(t *testing.T) {
	trust := trusted()
	with := func(change func(*tls.Config)) *tls.Config {
		cfg := both()
		change(cfg)
		return cfg
	}
	other := trust.issue(t, newKey(t), nil, "other.example")
	for name, tt := range map[string]struct {
		client, server *tls.Config
		check          func(t *testing.T, client, server tls.ConnectionState)
	}{
		"the server's order of protocols": {
			with(func(c *tls.Config) { c.NextProtos = []string{"a", "b", "c"} }),
			with(func(c *tls.Config) { c.NextProtos = []string{"c", "b"} }),
			func(t *testing.T, client, server tls.ConnectionState) {
				if client.NegotiatedProtocol != "c" || server.NegotiatedProtocol != "c" {
					t.Errorf("agreed on %q and %q", client.NegotiatedProtocol, server.NegotiatedProtocol)
				}
			},
		},
		"a client without protocols": {
			both(),
			with(func(c *tls.Config) { c.NextProtos = []string{"c", "b"} }),
			func(t *testing.T, client, server tls.ConnectionState) {
				if client.NegotiatedProtocol != "" || server.NegotiatedProtocol != "" {
					t.Errorf("agreed on %q and %q", client.NegotiatedProtocol, server.NegotiatedProtocol)
				}
			},
		},
		"a certificate by name": {
			with(func(c *tls.Config) { c.ServerName = "other.example" }),
			with(func(c *tls.Config) {
				c.GetCertificate = func(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
					if h.ServerName == "other.example" {
						return &other, nil
					}
					return nil, errors.New("unknown name")
				}
			}),
			func(t *testing.T, client, server tls.ConnectionState) {
				if server.ServerName != "other.example" || client.PeerCertificates[0].Subject.CommonName != "other.example" {
					t.Errorf("asked for %q", server.ServerName)
				}
			},
		},
		"a configuration by name": {
			with(func(c *tls.Config) { c.ServerName = "other.example" }),
			&tls.Config{GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
				return &tls.Config{Certificates: []tls.Certificate{other}, MaxVersion: tls.VersionTLS12}, nil
			}},
			func(t *testing.T, client, _ tls.ConnectionState) {
				if client.Version != tls.VersionTLS12 {
					t.Errorf("version %x", client.Version)
				}
			},
		},
		"a certificate of the client": {
			with(func(c *tls.Config) { c.Certificates = []tls.Certificate{trust.client} }),
			with(func(c *tls.Config) { c.ClientAuth, c.ClientCAs = tls.RequireAndVerifyClientCert, trust.pool() }),
			func(t *testing.T, _, server tls.ConnectionState) {
				if len(server.VerifiedChains) == 0 || server.PeerCertificates[0].Subject.CommonName != "a client" {
					t.Errorf("the client is %v", server.PeerCertificates)
				}
			},
		},
		"a key of RSA": {
			both(), with(func(c *tls.Config) { c.Certificates = []tls.Certificate{trust.rsa} }),
			func(t *testing.T, client, _ tls.ConnectionState) {
				if client.PeerCertificates[0].PublicKeyAlgorithm != x509.RSA {
					t.Error("another key")
				}
			},
		},
		"a second hello": { // the server wants another curve
			with(func(c *tls.Config) { c.CurvePreferences = []tls.CurveID{tls.X25519, tls.CurveP384} }),
			with(func(c *tls.Config) { c.CurvePreferences = []tls.CurveID{tls.CurveP384} }),
			func(t *testing.T, client, server tls.ConnectionState) {
				if !client.HelloRetryRequest || !server.HelloRetryRequest {
					t.Error("there was one hello only")
				}
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			for place, newWorld := range map[string]func() world{
				"pair": func() world { return newPairWorld(t) }, "tcp": func() world { return newTCPWorld(t) },
			} {
				a, b := &recorder{}, &recorder{}
				w := newWorld()
				w.connect(a, b)
				var sa, sb *outcome[tls.ConnectionState]
				w.do(func() { sa, sb = watch(a.conn.StartTLS(tt.client)), watch(b.conn.StartTLS(tt.server)) })
				w.until("the handshake", func() bool { return sa.fired && sb.fired })
				if sa.err != nil || sb.err != nil {
					t.Fatalf("%s: %v, %v", place, sa.err, sb.err)
				}
				tt.check(t, sa.v, sb.v)
				w.do(func() { a.conn.Close() })
				bothLost(t, w, a, b)
			}
		})
	}
}

// A client that has no certificate, at a server that wants one. In TLS 1.3 the
// client's handshake is over by the time that the server says no.
func TestTLSNoClientCertificate(t *testing.T) {
	for version, cfg := range versions() {
		t.Run(version, func(t *testing.T) {
			w := newTCPWorld(t)
			server := cfg.Clone()
			server.ClientAuth, server.ClientCAs = tls.RequireAndVerifyClientCert, trusted().pool()
			client := cfg.Clone()
			client.Certificates = nil
			var told error
			_, number := listen(t, w, factory(&recorder{}), netx.WithTLS(server),
				netx.WithHandshakeErrors(func(_ net.Addr, err error) { told = err }))
			a := &recorder{}
			o := await(w, "the Dial", func() *deferred.Deferred[netx.Protocol] {
				return w.net.Dial("tcp4", "localhost:"+number, factory(a), netx.WithTLS(client))
			})
			err := o.err
			if err == nil {
				w.until("the loss", a.lost)
				err = a.reason
			}
			w.until("the server", func() bool { return told != nil })
			if (o.err == nil) != (version == "1.3") || !strings.Contains(err.Error(), "remote error: tls: ") {
				t.Errorf("Dial gave %v, and the client was told %v", o.err, err)
			}
			if !strings.Contains(told.Error(), "client didn't provide a certificate") {
				t.Errorf("the server was told %v", told)
			}
		})
	}
}

// A header of the PROXY protocol comes before TLS, in one piece with it or not.
func TestTLSBehindAProxy(t *testing.T) {
	w := newTCPWorld(t)
	b := &echoHalf{}
	_, number := listen(t, w, factory(b), netx.WithTLS(both()), netx.WithProxyProtocol(loopback))
	plain, err := net.Dial("tcp", "127.0.0.1:"+number)
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	result := make(chan said, 1)
	go func() {
		c := tls.Client(&headed{Conn: plain, header: "PROXY TCP4 192.0.2.1 192.0.2.2 1000 443\r\n"}, both())
		got, err := talk(c, []byte("hello"))
		result <- said{got, err}
	}()
	if r := receive(t, result, "the client"); r.err != nil || string(r.got) != "hello" {
		t.Errorf("got %q, %v", r.got, r.err)
	}
	w.until("the end", b.lost)
	w.do(func() {
		if h := b.conn.ProxyHeader(); h == nil || b.conn.RemoteAddr().String() != "192.0.2.1:1000" {
			t.Errorf("the header is %v, the peer %v", h, b.conn.RemoteAddr())
		}
	})
}

// headed writes a header before the first bytes, together with them.
type headed struct {
	net.Conn
	header string
}

func (h *headed) Write(p []byte) (int, error) {
	if h.header == "" {
		return h.Conn.Write(p)
	}
	n, err := h.Conn.Write(append([]byte(h.header), p...))
	n -= len(h.header)
	h.header = ""
	return n, err
}
