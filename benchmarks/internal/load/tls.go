package load

import (
	"context"
	"crypto/tls"
	"net"
)

// tlsConfig is for servers whose certificate was made a moment ago: there is nothing
// to know them by, and nothing to hide from them.
func tlsConfig(c Config) *tls.Config {
	cfg := &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS13}
	if c.TLS12 {
		cfg.MinVersion, cfg.MaxVersion = tls.VersionTLS12, tls.VersionTLS12
	}
	return cfg
}

// dial connects from an address, or any if it is nil, and with TLS shakes hands.
func dial(ctx context.Context, c Config, from net.Addr) (net.Conn, error) {
	d := net.Dialer{LocalAddr: from}
	if !c.TLS {
		return d.DialContext(ctx, "tcp", c.Addr)
	}
	secure := tls.Dialer{NetDialer: &d, Config: tlsConfig(c)}
	return secure.DialContext(ctx, "tcp", c.Addr)
}
