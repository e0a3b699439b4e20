package netx

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spindle-go/spindle/deferred"
)

// tlsKind returns the kind of endpoint for TLS over TCP.
func tlsKind() EndpointKind {
	tcp := tcpEndpoint("tcp")
	configured := func(e *Endpoint, server bool, opts []Option) ([]Option, error) {
		cfg, err := tlsConfig(e, server)
		if err != nil {
			return nil, err
		}
		return append(opts[:len(opts):len(opts)], WithTLS(cfg)), nil
	}
	return EndpointKind{
		Positional: tcp.Positional,
		Named:      slices.Concat(tcp.Named, tlsArguments()),
		Connect: func(n Network, e *Endpoint, f Factory, opts ...Option) *deferred.Deferred[Protocol] {
			opts, err := configured(e, false, opts)
			if err != nil {
				return deferred.Fail[Protocol](err)
			}
			return tcp.Connect(n, e, f, opts...)
		},
		Serve: func(n Network, e *Endpoint, f Factory, opts ...Option) (*Port, error) {
			opts, err := configured(e, true, opts)
			if err != nil {
				return nil, err
			}
			return tcp.Serve(n, e, f, opts...)
		},
	}
}

// tlsArguments are the names of the arguments that tlsConfig reads.
func tlsArguments() []string {
	return []string{"cert", "key", "ca", "alpn", "servername", "minversion"}
}

// tlsConfig returns the configuration in the arguments of an endpoint, for one side
// or the other. It reads the files that they name, which blocks for as long as the
// file system does.
func tlsConfig(e *Endpoint, server bool) (*tls.Config, error) {
	cfg := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: e.Value("servername")}
	if !server && cfg.ServerName == "" {
		cfg.ServerName = e.Value("host")
	}
	for _, set := range []func(*Endpoint, *tls.Config, bool) error{setCertificate, setAuthorities, setALPN, setMinVersion} {
		if err := set(e, cfg, server); err != nil {
			return nil, err
		}
	}
	return cfg, nil
}

// setCertificate reads cert and key: a chain and its key in PEM. Without key, the
// key stands in the file of cert too.
func setCertificate(e *Endpoint, cfg *tls.Config, server bool) error {
	switch {
	case e.Has("cert"):
	case server:
		return e.Bad("cert", nil)
	case e.Has("key"):
		return e.Bad("key", errors.New("it comes with cert, which is missing"))
	default:
		return nil
	}
	cert, err := os.ReadFile(e.Value("cert"))
	if err != nil {
		return e.Bad("cert", err)
	}
	key := cert
	if e.Has("key") {
		if key, err = os.ReadFile(e.Value("key")); err != nil {
			return e.Bad("key", err)
		}
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return e.Bad("cert", fmt.Errorf("%s: %w", e.Value("cert"), err))
	}
	cfg.Certificates = []tls.Certificate{pair}
	return nil
}

// setAuthorities reads ca, certificates in PEM: those that a client trusts, in the
// place of the system's, and by which a server checks that of its clients, which
// have to have one then.
func setAuthorities(e *Endpoint, cfg *tls.Config, server bool) error {
	if !e.Has("ca") {
		return nil
	}
	text, err := os.ReadFile(e.Value("ca"))
	if err != nil {
		return e.Bad("ca", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return e.Bad("ca", fmt.Errorf("%s has no certificate in PEM", e.Value("ca")))
	}
	if server {
		cfg.ClientCAs, cfg.ClientAuth = pool, tls.RequireAndVerifyClientCert
	} else {
		cfg.RootCAs = pool
	}
	return nil
}

// setALPN reads alpn, names of protocols with commas between.
func setALPN(e *Endpoint, cfg *tls.Config, _ bool) error {
	if !e.Has("alpn") {
		return nil
	}
	names := strings.Split(e.Value("alpn"), ",")
	if slices.ContainsFunc(names, func(name string) bool { return name == "" || len(name) > 255 }) {
		return e.Bad("alpn", errors.New("it is names of 1 to 255 bytes with commas between, such as h2,http/1.1"))
	}
	cfg.NextProtos = names
	return nil
}

// setMinVersion reads minversion. Older ones than 1.2 are broken.
func setMinVersion(e *Endpoint, cfg *tls.Config, _ bool) error {
	if !e.Has("minversion") {
		return nil
	}
	switch e.Value("minversion") {
	case "1.2":
		cfg.MinVersion = tls.VersionTLS12
	case "1.3":
		cfg.MinVersion = tls.VersionTLS13
	default:
		return e.Bad("minversion", fmt.Errorf("%q is neither 1.2 nor 1.3", e.Value("minversion")))
	}
	return nil
}
