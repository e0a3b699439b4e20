//go:build unix

package netx_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
)

// TLS over a Unix socket. A path is no host, so the client says for which name the
// certificate must be.
func ExampleWithTLS_unix() {
	cert, roots, err := selfSigned("vault.internal")
	if err != nil {
		fmt.Println(err)
		return
	}
	dir, err := os.MkdirTemp("", "netx")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	r, err := reactor.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	n, path := netx.New(r), filepath.Join(dir, "vault")
	l, err := netx.ListenStream(n, "unix", path, netx.WithUnixMode(0o600),
		netx.WithTLS(&tls.Config{Certificates: []tls.Certificate{cert}}))
	if err != nil {
		fmt.Println(err)
		return
	}
	l.Accept().Tap(func(s *netx.Stream) {
		s.Write([]byte("the answer is 42\n"))
		s.Close()
	})
	_, err = reactor.React(context.Background(), r, func(*reactor.Reactor) *deferred.Deferred[string] {
		dialled := netx.DialStream(n, "unix", path,
			netx.WithTLS(&tls.Config{RootCAs: roots, ServerName: "vault.internal"}))
		return deferred.Then(dialled, func(s *netx.Stream) (string, error) {
			if state, ok := s.ConnectionState(); ok {
				fmt.Println(s.RemoteAddr().Network(), "with", tls.VersionName(state.Version))
			}
			return s.ReadLine().Chain()
		}).Tap(func(line string) { fmt.Println(line) })
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// unix with TLS 1.3
	// the answer is 42
}
