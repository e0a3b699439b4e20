package netx

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/spindle-go/spindle/failure"
)

// WithTLS has connections speak TLS from their first byte. ConnectionMade comes
// after the handshake; a handshake that fails is the failure of a Dial, with the
// error of crypto/tls and crypto/x509 in it for errors.As, and a Port closes the
// connection, see [PortStats] and WithHandshakeErrors.
//
// On Listen it is the configuration of a server, which needs a certificate. On
// Dial it is that of a client: without a ServerName, the host that is dialled is
// what the certificate must be for. A Unix socket has no host, so a client of one
// sets the ServerName. On [Pair] it is both: the first protocol is
// the client. A listener that is adopted is a server, too; [Net.AdoptConn] and
// [Net.AdoptFD] refuse it.
//
// The configuration must not be changed afterwards. Its functions, and a
// PrivateKey of a type that crypto/tls does not know, are called on goroutines
// of their own, so they may block, until the context of the handshake ends, and
// have to keep off what belongs to the loop. A ClientSessionCache is called from
// there and from the loop, so it must not block. (On a Pair everything is called
// on the goroutine of the clock.) Renegotiation is never done, whatever it says.
//
// A nil configuration panics. The default is no TLS.
func WithTLS(cfg *tls.Config) Option {
	t := newTLSChoice("WithTLS", cfg)
	return func(c *config) { c.tls = t }
}

// WithHandshakeTimeout bounds the handshake of TLS; then the connection is
// aborted. The default is 10 seconds; 0 is no bound. A Dial ends at
// WithConnectTimeout as well.
func WithHandshakeTimeout(d time.Duration) Option {
	return func(c *config) { c.handshakeTimeout = notNegative("WithHandshakeTimeout", d) }
}

// WithHandshakeErrors has f called, on the loop, with each handshake that failed
// on a Port. The default is that nobody hears of them, as the Internet is full of
// peers that only try; [PortStats] counts them. A panic in f is reported as a failure
// that nobody handles. Dial and [Pair] ignore it.
func WithHandshakeErrors(f func(remote net.Addr, err error)) Option {
	return func(c *config) { c.handshakeFailed = f }
}

// tellHandshake calls what WithHandshakeErrors has set. Its panic must not keep the
// connection from coming to its end.
func (c *config) tellHandshake(remote net.Addr, err error) {
	defer func() {
		if v := recover(); v != nil {
			orphan(failure.Recovered(v))
		}
	}()
	if c.handshakeFailed != nil {
		c.handshakeFailed(remote, err)
	}
}

// tlsChoice is a configuration, and how much work a handshake with it is.
type tlsChoice struct {
	cfg    *tls.Config
	server effort
	client effort
}

// effort says where a handshake may do its work.
type effort uint8

const (
	light    effort = iota // some hundred microseconds: on the loop, if few are at it
	heavy                  // a millisecond and more: off the loop
	blocking               // it calls what may wait for something: off the loop, and it holds up no other
)

// tlsSide is a choice for one side of a connection.
type tlsSide struct {
	cfg    *tls.Config
	effort effort
	client bool
}

// as is the choice for a side.
func (t *tlsChoice) as(client bool) tlsSide {
	if client {
		return tlsSide{cfg: t.cfg, effort: t.client, client: true}
	}
	return tlsSide{cfg: t.cfg, effort: t.server}
}

// newTLSChoice looks a configuration over.
func newTLSChoice(what string, cfg *tls.Config) *tlsChoice {
	if cfg == nil {
		panic(fmt.Sprintf("netx: %s without a configuration", what))
	}
	if cfg.Renegotiation != tls.RenegotiateNever {
		cfg = cfg.Clone() // it would be a handshake inside a read, which has to be resumable
		cfg.Renegotiation = tls.RenegotiateNever
	}
	t := &tlsChoice{cfg: cfg}
	t.server, t.client = effortOf(cfg), effortOf(cfg)
	// To ask the system which authorities to trust reads files, the first time,
	// and on some systems it asks a service.
	if cfg.RootCAs == nil && !cfg.InsecureSkipVerify {
		t.client = blocking
	}
	if cfg.ClientCAs == nil && cfg.ClientAuth >= tls.VerifyClientCertIfGiven {
		t.server = blocking
	}
	return t
}

// effortOf is what a handshake takes that signs with the keys of cfg.
func effortOf(cfg *tls.Config) effort {
	if hasCallbacks(cfg) {
		return blocking
	}
	most := light
	for i := range cfg.Certificates {
		switch cfg.Certificates[i].PrivateKey.(type) {
		case *ecdsa.PrivateKey, ed25519.PrivateKey:
		case *rsa.PrivateKey:
			most = max(most, heavy)
		default:
			most = blocking // a key in a device, or at the other end of a wire
		}
	}
	return most
}

// hasCallbacks reports whether the handshake calls the program.
func hasCallbacks(cfg *tls.Config) bool {
	return cfg.GetCertificate != nil || cfg.GetClientCertificate != nil || cfg.GetConfigForClient != nil ||
		cfg.VerifyPeerCertificate != nil || cfg.VerifyConnection != nil ||
		cfg.WrapSession != nil || cfg.UnwrapSession != nil ||
		cfg.EncryptedClientHelloRejectionVerify != nil || cfg.GetEncryptedClientHelloKeys != nil
}

// forHost is the choice of a client that dials a host.
func (t *tlsChoice) forHost(host string) *tlsChoice {
	if t.cfg.ServerName != "" || t.cfg.InsecureSkipVerify && host == "" {
		return t
	}
	named := *t
	named.cfg = t.cfg.Clone()
	named.cfg.ServerName = host
	return &named
}

// servable says what keeps a Port from using the configuration.
func (t *tlsChoice) servable() error {
	if t == nil || len(t.cfg.Certificates) > 0 || t.cfg.GetCertificate != nil || t.cfg.GetConfigForClient != nil {
		return nil
	}
	return &tagged{ErrCannotListen, errors.New("the TLS configuration has no certificate")}
}
