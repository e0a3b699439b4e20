//go:build unix

package netx_test

import (
	"crypto/tls"
	"errors"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/netx"
)

// tlsLocalWorld is the world of Unix stream sockets with TLS over it.
type tlsLocalWorld struct{ *tlsTCPWorld }

func newTLSLocalWorld(t testing.TB, cfg *tls.Config) *tlsLocalWorld {
	return &tlsLocalWorld{&tlsTCPWorld{newLocalWorld(t).tcpWorld, cfg}}
}

// unixSockets marks it as the world of Unix sockets does itself.
func (*tlsLocalWorld) unixSockets() {}

// speaksTLS has an end without a close_notify be a loss.
func (*tlsLocalWorld) speaksTLS() {}

func TestConnOnTLSOverUnix(t *testing.T) {
	ConnSuite(t, func(t testing.TB) world { return newTLSLocalWorld(t, both()) })
}

func TestConnOnTLS12OverUnix(t *testing.T) {
	ConnSuite(t, func(t testing.TB) world { return newTLSLocalWorld(t, only12()) })
}

func TestStreamOnTLSOverUnix(t *testing.T) {
	StreamSuite(t, func(t testing.TB) world { return newTLSLocalWorld(t, both()) })
}

// TestTLSOverUnix looks at what there is below TLS.
func TestTLSOverUnix(t *testing.T) {
	sameDescriptors(t)
	w := newTLSLocalWorld(t, both())
	a, b := &recorder{}, &fdRecorder{}
	w.connect(a, b)
	f := numbered(t, 1)
	defer f.Close()
	w.do(func() {
		for name, c := range map[string]*netx.Conn{"dialled": a.conn, "accepted": b.conn} {
			if state, ok := c.ConnectionState(); !ok || !state.HandshakeComplete {
				t.Errorf("%s: no TLS", name)
			}
			got, err := c.PeerCredentials()
			if errors.Is(err, errors.ErrUnsupported) && runtime.GOOS != "linux" {
				t.Log(err)
			} else if err != nil || got.UID != os.Getuid() {
				t.Errorf("%s: %+v, %v", name, got, err)
			}
			if n, err := c.WriteFDs([]byte("x"), f); n != 0 || !errors.Is(err, errors.ErrUnsupported) || !strings.Contains(err.Error(), "over TLS") {
				t.Errorf("%s: WriteFDs answered %d, %v", name, n, err)
			}
		}
		if a.conn.RemoteAddr().String() != w.at || b.conn.LocalAddr().Network() != "unix" {
			t.Errorf("between %v and %v", a.conn, b.conn)
		}
		a.conn.Close()
	})
	bothLost(t, w, a, &b.recorder)
}

// TestStartTLSOverUnix has the side that dialled as the client.
func TestStartTLSOverUnix(t *testing.T) {
	w := newLocalWorld(t)
	a, b := &recorder{}, &recorder{}
	w.connect(a, b)
	var sa, sb *outcome[tls.ConnectionState]
	w.do(func() { sa, sb = watch(a.conn.StartTLS(both())), watch(b.conn.StartTLS(both())) })
	w.until("the handshakes", func() bool { return sa.fired && sb.fired })
	w.do(func() {
		if sa.err != nil || sb.err != nil || len(sa.v.PeerCertificates) != 1 || len(sb.v.PeerCertificates) != 0 {
			t.Errorf("%v, %v", sa.err, sb.err)
		}
		a.conn.Close()
	})
	bothLost(t, w, a, b)
}

func TestTLSOverUnixFails(t *testing.T) {
	unnamed := both()
	unnamed.ServerName = ""
	stranger := both()
	stranger.RootCAs = newAuthority(t).pool()
	for name, tt := range map[string]struct {
		client *tls.Config
		f      netx.Factory
		says   string
	}{
		"no name":             {unnamed, nil, "ServerName"},
		"another authority":   {stranger, nil, "unknown authority"},
		"no protocol":         {both(), factory(nil), "no protocol"},
		"a panic at the made": {both(), factory(&recorder{onMade: func(*netx.Conn) { panic("boom") }}), "boom"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newLocalWorld(t)
			p := listenLocal(t, w, netx.WithTLS(both()))
			f := tt.f
			if f == nil {
				f = factoryOf(func() netx.Protocol {
					t.Error("the client made a protocol")
					return &recorder{}
				})
			}
			_, err := dial(t, w.tcpWorld, "unix", w.at, f, netx.WithTLS(tt.client))
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v", err)
			}
			w.until("the end at the server", func() bool { return p.Stats().Open == 0 })
			w.do(func() { p.StopListening() })
		})
	}
	w := newLocalWorld(t)
	w.do(func() {
		if _, err := w.net.Listen("unix", w.at, factory(&recorder{}), netx.WithTLS(&tls.Config{})); !errors.Is(err, netx.ErrCannotListen) {
			t.Errorf("without a certificate: %v", err)
		}
	})
}

// TestTLSOverUnixToSomebodySilent gives up in the middle of the handshake.
func TestTLSOverUnixToSomebodySilent(t *testing.T) {
	for name, tt := range map[string]struct {
		opt  netx.Option
		do   func(d *deferred.Deferred[netx.Protocol])
		want error
	}{
		"handshake timeout": {netx.WithHandshakeTimeout(10 * time.Millisecond), nil, deferred.ErrTimeout},
		"connect timeout":   {netx.WithConnectTimeout(10 * time.Millisecond), nil, deferred.ErrTimeout},
		"cancel":            {netx.WithConnectTimeout(0), func(d *deferred.Deferred[netx.Protocol]) { d.Cancel() }, deferred.ErrCancelled},
	} {
		t.Run(name, func(t *testing.T) {
			sameDescriptors(t)
			w := newLocalWorld(t)
			b := &recorder{}
			w.do(func() {
				if _, err := w.net.Listen("unix", w.at, factory(b)); err != nil {
					t.Error(err)
				}
			})
			var d *deferred.Deferred[netx.Protocol]
			var o *outcome[netx.Protocol]
			w.do(func() {
				d = w.net.Dial("unix", w.at, factory(&recorder{}), netx.WithTLS(both()), tt.opt)
				o = watch(d)
			})
			w.until("the beginning of a handshake", func() bool { return b.data.Len() > 0 || o.fired })
			if tt.do != nil {
				w.do(func() { tt.do(d) })
			}
			w.until("the end", func() bool { return o.fired && b.lost() })
			if !errors.Is(o.err, tt.want) {
				t.Errorf("got %v", o.err)
			}
		})
	}
}

// TestUnixPortCounts has a Port of Unix sockets know its connections, with TLS and
// without.
func TestUnixPortCounts(t *testing.T) {
	for name, opts := range map[string][]netx.Option{"clear": nil, "TLS": {netx.WithTLS(both())}} {
		t.Run(name, func(t *testing.T) {
			w := newLocalWorld(t)
			p := listenLocal(t, w, append(opts[:len(opts):len(opts)], netx.WithMaxConnections(1))...)
			a := &recorder{}
			if _, err := dial(t, w.tcpWorld, "unix", w.at, factory(a), opts...); err != nil {
				t.Fatal(err)
			}
			w.until("the server", func() bool { return p.Stats().Open == 1 && p.Stats().Accepted == 1 })
			var o *outcome[netx.ShutdownReport]
			w.do(func() {
				if netx.Accepting(p) {
					t.Error("it accepts more than one")
				}
				o = watch(p.Shutdown(0))
			})
			w.until("the shutdown", func() bool { return o.fired && a.lost() })
			if o.err != nil || o.v != (netx.ShutdownReport{Closed: 1}) {
				t.Errorf("%+v, %v", o.v, o.err)
			}
		})
	}
}
