// Https is a small web server with TLS on the loop, with a certificate that it
// makes for itself, and a client for it.
//
// Run it with:
//
//	go run ./examples/https                              server and client, over loopback
//	go run ./examples/https serve 127.0.0.1:8443 ca.pem  the server alone, until Ctrl-C
//
// The first shows what the client asks and gets, over one connection, and what a
// client gets that does not know the certificate. The second writes that to a
// file, so that others can trust it:
//
//	curl --cacert ca.pem https://localhost:8443/tls
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "https:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	id, err := newIdentity("localhost")
	if err != nil {
		return err
	}
	r, err := reactor.New()
	if err != nil {
		return err
	}
	n := netx.New(r)
	switch {
	case len(args) == 3 && args[0] == "serve":
		return serve(r, n, id, args[1], args[2])
	case len(args) > 0:
		return errors.New("usage: https [serve host:port file], for example: https serve 127.0.0.1:8443 ca.pem")
	}
	_, err = reactor.React(context.Background(), r, func(*reactor.Reactor) *deferred.Deferred[string] {
		port, err := listen(n, "127.0.0.1:0", id)
		if err != nil {
			return deferred.Fail[string](err)
		}
		return tour(n, port.Addr().String(), id)
	})
	return err
}

// serve runs the server until Ctrl-C.
func serve(r *reactor.Reactor, n *netx.Net, id *identity, address, file string) error {
	if err := os.WriteFile(file, id.pem(), 0o644); err != nil { // a certificate is for everybody
		return err
	}
	port, err := listen(n, address, id)
	if err != nil {
		return err
	}
	fmt.Println("serving on", port.Addr())
	return r.Run(context.Background())
}

// tour asks for some pages over one connection, and then once more as somebody
// who does not trust the server.
func tour(n netx.Network, address string, id *identity) *deferred.Deferred[string] {
	trusting := &tls.Config{ServerName: "localhost", RootCAs: id.roots(), NextProtos: []string{"http/1.1"}}
	pages := deferred.Then(netx.DialStream(n, "tcp", address, netx.WithTLS(trusting)), func(s *netx.Stream) (string, error) {
		c := &client{s: s}
		done := deferred.Succeed("")
		for _, path := range []string{"/", "/tls", "/nothing"} {
			done.AddCallback(func(string) (string, error) { return c.get(path).Tap(show(path)).Chain() })
		}
		return done.Finally(func() { _ = s.Close() }).Chain()
	})
	return pages.AddCallback(func(string) (string, error) {
		strange := &tls.Config{ServerName: "localhost", RootCAs: x509.NewCertPool()}
		return deferred.Then(netx.DialStream(n, "tcp", address, netx.WithTLS(strange)), func(*netx.Stream) (string, error) {
			return "", errors.New("a stranger was not turned away")
		}).Chain()
	}).AddErrback(func(f *failure.Failure) (string, error) {
		var unknown x509.UnknownAuthorityError
		if !errors.As(f, &unknown) {
			return "", f
		}
		fmt.Println("without its certificate:", unknown)
		return "", nil
	})
}

// show prints an answer.
func show(path string) func(answer string) {
	return func(answer string) { fmt.Printf("GET %s\n%s", path, answer) }
}
