//go:build unix

package netx_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
	"github.com/spindle-go/spindle/timeout"
)

// selfSigned makes a certificate for a name, and a pool of authorities that
// trusts it.
func selfSigned(name string) (tls.Certificate, *x509.CertPool, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		DNSNames:     []string{name},
		NotBefore:    time.Now().Add(-time.Minute),
		NotAfter:     time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots, nil
}

// A server and two clients with TLS: one that trusts the server, one that does
// not.
func ExampleWithTLS() {
	cert, roots, err := selfSigned("localhost")
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := reactor.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	n := netx.New(r)
	l, err := netx.ListenStream(n, "tcp", "127.0.0.1:0", netx.WithTLS(&tls.Config{Certificates: []tls.Certificate{cert}}))
	if err != nil {
		fmt.Println(err)
		return
	}
	l.Accept().Tap(func(s *netx.Stream) {
		s.Write([]byte("hello\n"))
		s.Close()
	})
	trusting := &tls.Config{RootCAs: roots, ServerName: "localhost"}
	strange := &tls.Config{RootCAs: x509.NewCertPool(), ServerName: "localhost"}
	_, err = reactor.React(context.Background(), r, func(*reactor.Reactor) *deferred.Deferred[*netx.Stream] {
		line := deferred.Then(netx.DialStream(n, "tcp", l.Addr().String(), netx.WithTLS(trusting)),
			func(s *netx.Stream) (string, error) { return s.ReadLine().Chain() })
		return deferred.Then(line, func(line string) (*netx.Stream, error) {
			fmt.Println(line)
			return netx.DialStream(n, "tcp", l.Addr().String(), netx.WithTLS(strange)).Chain()
		}).Catch(func(f *failure.Failure) {
			_, unknown := errors.AsType[x509.UnknownAuthorityError](f)
			fmt.Println("unknown authority:", unknown)
		})
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// hello
	// unknown authority: true
}

// A protocol that begins in clear and turns to TLS, with both ends in memory.
func ExampleStream_StartTLS() {
	cert, roots, err := selfSigned("mail.example")
	if err != nil {
		fmt.Println(err)
		return
	}
	clock := timeout.NewVirtualClock(time.Now())
	client, server := netx.StreamPair(clock)
	server.ReadLine().Tap(func(line string) {
		fmt.Println("in clear:", line)
		server.Write([]byte("go on\n"))
		server.StartTLS(&tls.Config{Certificates: []tls.Certificate{cert}}).Catch(func(f *failure.Failure) { fmt.Println(f) })
		server.ReadLine().Tap(func(line string) { fmt.Println("by TLS:", line) })
	})
	client.Write([]byte("STARTTLS\n"))
	client.ReadLine().Tap(func(string) {
		client.StartTLS(&tls.Config{RootCAs: roots, ServerName: "mail.example"}).Tap(func(state tls.ConnectionState) {
			fmt.Println(tls.VersionName(state.Version))
		})
		client.Write([]byte("secret\n")) // waits for the handshake
	})
	clock.Advance(0)
	// Output:
	// in clear: STARTTLS
	// TLS 1.3
	// by TLS: secret
}
