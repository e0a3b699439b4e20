package netx_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/netx"
)

// secured joins two protocols with TLS of its own for each side, begun by
// StartTLS.
func secured(w *pairWorld, a, b netx.Protocol, client, server *tls.Config, opts ...netx.Option) (ca, cb *netx.Conn, sa, sb *outcome[tls.ConnectionState]) {
	ca, cb = netx.Pair(w.clock, a, b, opts...)
	return ca, cb, watch(ca.StartTLS(client)), watch(cb.StartTLS(server))
}

// Records cut at any place, of both versions, in both directions: the same bytes
// come out.
func TestTLSCutAnywhere(t *testing.T) {
	for version, cfg := range map[string]*tls.Config{"1.2": only12(), "1.3": both()} {
		for seed := range uint64(20) {
			t.Run(fmt.Sprintf("%s, %d", version, seed), func(t *testing.T) {
				random := rand.New(rand.NewPCG(seed, 0))
				w := newPairWorld(t)
				a, b := &recorder{}, &recorder{}
				ca, cb := netx.Pair(w.clock, a, b, netx.WithPairBuffer(1+random.IntN(40_000)))
				cut := func(p []byte, next func([]byte) (int, error)) (int, error) {
					return next(p[:1+random.IntN(min(len(p), 1+random.IntN(3000)))])
				}
				for _, c := range []*netx.Conn{ca, cb} {
					netx.Misbehave(c, netx.Faults{Read: cut, Write: cut})
				}
				sa, sb := watch(ca.StartTLS(cfg)), watch(cb.StartTLS(cfg))
				var want bytes.Buffer
				for range 20 {
					p := noise(random.IntN(20_000))
					want.Write(p)
					ca.Write(p)
					cb.Write(p)
					for range random.IntN(30) {
						w.clock.RunNext()
					}
					switch random.IntN(4) {
					case 0:
						cb.Pause()
					case 1:
						cb.Resume()
					}
				}
				cb.Resume()
				w.until("all of it", func() bool { return a.data.Len() >= want.Len() && b.data.Len() >= want.Len() })
				ca.Close()
				bothLost(t, w, a, b)
				if sa.err != nil || sb.err != nil || kindOf(a.reason) != "done" || kindOf(b.reason) != "done" {
					t.Errorf("handshakes: %v, %v; ends: %v, %v", sa.err, sb.err, a.reason, b.reason)
				}
				if !bytes.Equal(a.data.Bytes(), want.Bytes()) || !bytes.Equal(b.data.Bytes(), want.Bytes()) {
					t.Error("what arrived is not what was sent")
				}
			})
		}
	}
}

// Whatever bit is changed on the way, the receiver ends the connection with an
// alert, delivers nothing that was changed, and the sender hears of the alert.
func TestTLSTampering(t *testing.T) {
	for version, cfg := range map[string]*tls.Config{"1.2": only12(), "1.3": both()} {
		t.Run(version, func(t *testing.T) {
			w := newPairWorld(t)
			a, b := &recorder{}, &recorder{}
			ca, cb, _, _ := secured(w, a, b, cfg, cfg)
			w.settle()
			tamper := true
			netx.Misbehave(cb, netx.Faults{Read: func(p []byte, next func([]byte) (int, error)) (int, error) {
				n, err := next(p)
				if n > 10 && tamper {
					p[n-1] ^= 1
					tamper = false
				}
				return n, err
			}})
			ca.WriteString("to be changed")
			bothLost(t, w, a, b)
			if kindOf(b.reason) != "lost" || !strings.Contains(b.reason.Error(), "bad record MAC") || b.data.Len() > 0 {
				t.Errorf("the receiver got %q and %v", b.data.String(), b.reason)
			}
			if kindOf(a.reason) != "lost" || !strings.Contains(a.reason.Error(), "remote error: tls: bad record MAC") {
				t.Errorf("the sender was told that %v", a.reason)
			}
		})
	}
}

// A FIN without a close_notify is a loss, on a record's border and elsewhere.
func TestTLSTruncation(t *testing.T) {
	for name, keep := range map[string]int{"between records": 0, "in a header": 3, "in a record": 20} {
		for version, cfg := range map[string]*tls.Config{"1.2": only12(), "1.3": both()} {
			for _, paused := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, %s, paused %v", name, version, paused), func(t *testing.T) {
					w := newPairWorld(t)
					a, b := &recorder{}, &halfRecorder{}
					r, ca, cb := newRelay(t, w, a, b)
					ca.StartTLS(cfg)
					cb.StartTLS(cfg)
					w.settle()
					if paused {
						cb.Pause()
					}
					r.toServer = func(p []byte) {
						r.server.conn.Write(p[:keep])
						r.server.conn.CloseWrite()
					}
					ca.WriteString("of this a piece arrives at most")
					w.until("the loss", b.lost)
					if kindOf(b.reason) != "lost" || !errors.Is(b.reason, io.ErrUnexpectedEOF) || errors.Is(b.reason, io.EOF) {
						t.Errorf("the reason is %v", b.reason)
					}
					expect(t, w, &b.recorder, "made, lost: lost")
					ca.Abort()
					bothLost(t, w, a, &b.recorder)
				})
			}
		}
	}
}

// What goes wrong in the handshake is told to both sides, and the connection ends.
func TestTLSHandshakeFails(t *testing.T) {
	trust := trusted()
	with := func(change func(*tls.Config)) *tls.Config {
		cfg := both()
		change(cfg)
		return cfg
	}
	expired := trust.issue(t, newKey(t), func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }, "localhost")
	boom := errors.New("boom")
	is := func(target error) func(error) bool { return func(err error) bool { return errors.Is(err, target) } }
	for name, tt := range map[string]struct {
		client, server *tls.Config
		atClient       func(error) bool
		atServer       string
	}{
		"unknown authority": {
			with(func(c *tls.Config) { c.RootCAs = newAuthority(t).pool() }), both(),
			as[x509.UnknownAuthorityError], "bad certificate",
		},
		"wrong name": {
			with(func(c *tls.Config) { c.ServerName = "other.example" }), both(),
			as[x509.HostnameError], "bad certificate",
		},
		"expired": {
			both(), with(func(c *tls.Config) { c.Certificates = []tls.Certificate{expired} }),
			as[x509.CertificateInvalidError], "bad certificate",
		},
		"no name": {
			with(func(c *tls.Config) { c.ServerName = "" }), both(),
			func(err error) bool { return strings.Contains(err.Error(), "ServerName") }, "ErrUnexpectedEOF or a reset",
		},
		"no protocol in common": {
			with(func(c *tls.Config) { c.NextProtos = []string{"a"} }), with(func(c *tls.Config) { c.NextProtos = []string{"b"} }),
			func(err error) bool { return strings.Contains(err.Error(), "no application protocol") }, "unsupported application protocols",
		},
		"no version in common": {
			with(func(c *tls.Config) { c.MinVersion = tls.VersionTLS13 }), only12(),
			func(err error) bool { return strings.Contains(err.Error(), "protocol version not supported") }, "unsupported versions",
		},
		"no certificate to choose": {
			both(), with(func(c *tls.Config) {
				c.Certificates = nil
				c.GetCertificate = func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return nil, boom }
			}),
			func(err error) bool { return strings.Contains(err.Error(), "internal error") }, "boom",
		},
		"the client's own check": {
			with(func(c *tls.Config) { c.VerifyConnection = func(tls.ConnectionState) error { return boom } }), both(),
			is(boom), "bad certificate",
		},
		"a panic in the client's own check": {
			with(func(c *tls.Config) { c.VerifyConnection = func(tls.ConnectionState) error { panic(boom) } }), both(),
			is(boom), "ErrUnexpectedEOF or a reset",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newPairWorld(t)
			a, b := &recorder{}, &recorder{}
			_, _, sa, sb := secured(w, a, b, tt.client, tt.server)
			bothLost(t, w, a, b)
			if !sa.fired || !tt.atClient(sa.err) || !tt.atClient(a.reason) || kindOf(a.reason) != "lost" {
				t.Errorf("the client got %v and %v", sa.err, a.reason)
			}
			if !sb.fired || sb.err == nil || kindOf(b.reason) != "lost" {
				t.Errorf("the server got %v and %v", sb.err, b.reason)
			} else if text := sb.err.Error(); !strings.Contains(text, tt.atServer) && !strings.Contains(tt.atServer, "reset") {
				t.Errorf("the server was told that %v", text)
			}
			if calls := w.clock.Calls(); len(calls) != 0 {
				t.Errorf("%d delayed calls are left", len(calls))
			}
		})
	}
}

// as reports whether an error is of a type.
func as[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// A peer that says nothing any more, at each point of the handshake.
func TestTLSHandshakeTimeout(t *testing.T) {
	for name, passed := range map[string]int{"at once": 0, "after the first flight": 1, "in the middle of the second": 2} {
		t.Run(name, func(t *testing.T) {
			w := newPairWorld(t)
			a, b := &recorder{}, &recorder{}
			r, ca, cb := newRelay(t, w, a, b, netx.WithHandshakeTimeout(time.Minute))
			once := func(next func([]byte)) func([]byte) {
				return func(p []byte) {
					switch passed--; {
					case passed == 0 && name == "in the middle of the second":
						next(p[:len(p)/2])
					case passed >= 0:
						next(p)
					}
				}
			}
			r.toServer, r.toClient = once(r.toServer), once(r.toClient)
			began := w.clock.Now()
			sa, sb := watch(ca.StartTLS(both())), watch(cb.StartTLS(both()))
			w.clock.Advance(time.Minute - 1)
			if sa.fired || sb.fired || a.lost() || b.lost() {
				t.Fatalf("ended before its time: %v, %v", a.reason, b.reason)
			}
			bothLost(t, w, a, b)
			if at := w.clock.Now().Sub(began); at != time.Minute {
				t.Errorf("ended after %v", at)
			}
			if !errors.Is(sa.err, deferred.ErrTimeout) || kindOf(a.reason) != "aborted" || sb.err == nil {
				t.Errorf("%v and %v, then %v", sa.err, sb.err, a.reason)
			}
		})
	}
}
