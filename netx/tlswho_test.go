//go:build unix

package netx_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/netx"
)

// TestTLSServerOfManyNames chooses the certificate by the name that the client dials,
// with GetCertificate and with a list of certificates.
func TestTLSServerOfManyNames(t *testing.T) {
	trust := trusted()
	certs := map[string]tls.Certificate{}
	for _, name := range []string{"a.example", "b.example", "*.c.example"} {
		certs[name] = trust.issue(t, newKey(t), nil, name)
	}
	byFunction := &tls.Config{GetCertificate: func(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
		for name, cert := range certs {
			if h.SupportsCertificate(&cert) == nil && (h.ServerName != "" || name == "a.example") {
				return &cert, nil
			}
		}
		return nil, errors.New("there is no " + h.ServerName)
	}}
	byList := &tls.Config{Certificates: []tls.Certificate{certs["a.example"], certs["b.example"], certs["*.c.example"]}}
	for how, server := range map[string]*tls.Config{"by function": byFunction, "by list": byList} {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			t.Run(how+", "+tls.VersionName(version), func(t *testing.T) {
				w := newTCPWorld(t)
				var told error
				port, number := listen(t, w, factoryOf(func() netx.Protocol { return &echo{} }), netx.WithTLS(server),
					netx.WithHandshakeErrors(func(_ net.Addr, err error) { told = err }))
				for _, tt := range []struct{ asked, got string }{
					{"a.example", "a.example"},
					{"b.example", "b.example"},
					{"x.c.example", "*.c.example"},
				} {
					client := &tls.Config{RootCAs: trust.pool(), ServerName: tt.asked, MaxVersion: version}
					if state := agreed(t, w, number, client); state.PeerCertificates[0].Subject.CommonName != tt.got {
						t.Errorf("%s gave the certificate of %s", tt.asked, state.PeerCertificates[0].Subject)
					}
				}
				o := await(w, "the Dial", func() *deferred.Deferred[netx.Protocol] {
					return w.net.Dial("tcp4", "localhost:"+number, factory(&recorder{}),
						netx.WithTLS(&tls.Config{RootCAs: trust.pool(), ServerName: "d.example", MaxVersion: version}))
				})
				w.until("the server", func() bool { return told != nil })
				if how == "by function" { // the server says no
					if !strings.Contains(told.Error(), "there is no d.example") || !strings.Contains(o.err.Error(), "remote error: tls: internal error") {
						t.Errorf("%v, and the server: %v", o.err, told)
					}
				} else if !as[x509.HostnameError](o.err) { // it gives its first one
					t.Errorf("got %v", o.err)
				}
				w.do(func() {
					if s := port.Stats(); s.Accepted != 3 || s.Failed != 1 {
						t.Errorf("the port counts %+v", s)
					}
				})
			})
		}
	}
}

// TestTLSClientCertificates has a server that wants one. What is wrong with it the
// server knows, and tells by an alert: to a Dial in TLS 1.2, and to the protocol of
// a client that is done already in TLS 1.3. No server makes a protocol for it.
func TestTLSClientCertificates(t *testing.T) {
	trust := trusted()
	stranger := newAuthority(t).issue(t, newKey(t), nil, "a stranger")
	expired := trust.issue(t, newKey(t), func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }, "too late")
	noClient := trust.issue(t, newKey(t), func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} }, "no client")
	for name, tt := range map[string]struct {
		cert  *tls.Certificate
		knows func(error) bool // the server
		alert []string         // that the client gets, one of them: the versions have different ones for one thing
	}{
		"none": {nil, func(err error) bool { return strings.Contains(err.Error(), "didn't provide a certificate") }, []string{"certificate required", "handshake failure"}},
		// A certificate of another authority is one that crypto/tls does not offer by itself.
		"of another authority": {&stranger, as[x509.UnknownAuthorityError], []string{"unknown certificate authority"}},
		"expired":              {&expired, as[x509.CertificateInvalidError], []string{"expired certificate"}},
		"for servers":          {&noClient, as[x509.CertificateInvalidError], []string{"bad certificate"}},
		"good":                 {&trust.client, nil, nil},
	} {
		for version, cfg := range versions() {
			t.Run(name+", "+version, func(t *testing.T) {
				w := newTCPWorld(t)
				server, client := cfg.Clone(), cfg.Clone()
				server.ClientAuth, server.ClientCAs = tls.RequireAndVerifyClientCert, trust.pool()
				client.Certificates = nil
				if tt.cert != nil {
					client.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return tt.cert, nil }
				}
				var told error
				b := &recorder{}
				port, number := listen(t, w, factory(b), netx.WithTLS(server),
					netx.WithHandshakeErrors(func(_ net.Addr, err error) { told = err }))
				a := &recorder{}
				o := await(w, "the Dial", func() *deferred.Deferred[netx.Protocol] {
					return w.net.Dial("tcp4", "localhost:"+number, factory(a), netx.WithTLS(client))
				})
				if tt.knows == nil {
					w.until("the server", b.made)
					w.do(func() {
						state, _ := b.conn.ConnectionState()
						if o.err != nil || len(state.VerifiedChains) != 1 {
							t.Errorf("%v, %d chains", o.err, len(state.VerifiedChains))
						}
						a.conn.Close()
					})
					bothLost(t, w, a, b)
					return
				}
				w.until("the server", func() bool { return told != nil })
				err, story := o.err, ""
				if version == "1.3" {
					w.until("the loss", a.lost)
					err, story = a.reason, "made, lost: lost"
				}
				w.settle()
				expect(t, w, a, story)
				expect(t, w, b, "")
				alerted := slices.ContainsFunc(tt.alert, func(text string) bool {
					return err != nil && strings.Contains(err.Error(), "remote error: tls: "+text)
				})
				if !tt.knows(told) || !alerted || (o.err == nil) != (version == "1.3") {
					t.Errorf("Dial: %v; the client: %v; the server: %v", o.err, err, told)
				}
				w.do(func() {
					if s := port.Stats(); s.Failed != 1 || s.Accepted != 0 || s.Open != 0 {
						t.Errorf("the port counts %+v", s)
					}
				})
			})
		}
	}
}

// TestTLSPeerNeverSaysGoodbye closes towards a peer that reads, and neither answers
// the close_notify nor closes. Nobody waits for it.
func TestTLSPeerNeverSaysGoodbye(t *testing.T) {
	for version, cfg := range versions() {
		for name, end := range map[string]func(c *netx.Conn){
			"close":                 func(c *netx.Conn) { c.Close() },
			"write and close":       func(c *netx.Conn) { c.Write(noise(200_000)); c.Close() },
			"half close, and close": func(c *netx.Conn) { c.CloseWrite(); c.Close() },
		} {
			t.Run(name+", "+version, func(t *testing.T) {
				w := newTCPWorld(t)
				a := &recorder{}
				_, number := listen(t, w, factory(a), netx.WithTLS(cfg), netx.WithCloseTimeout(0))
				c, err := tls.Dial("tcp", "127.0.0.1:"+number, cfg)
				if err != nil {
					t.Fatal(err)
				}
				defer c.NetConn().Close()
				w.until("the server", a.made)
				w.do(func() { end(a.conn) })
				got := make(chan error, 1)
				go func() { _, err := io.Copy(io.Discard, c); got <- err }()
				if err := receive(t, got, "the end at the peer"); err != nil { // a close_notify, then
					t.Error(err)
				}
				w.until("the end", a.lost)
				w.settle()
				expect(t, w, a, "made, lost: done")
			})
		}
	}
}
