package netx

import (
	"bytes"
	"crypto/tls"
	"net"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// StartTLS has the connection speak TLS from now on: the side that dialled, or
// the first of a [Pair], as the client, the other one as the server. It is for
// protocols that begin in clear and agree on it, as SMTP does with STARTTLS; for
// those that never speak otherwise there is [WithTLS], which also tells what is
// asked of the configuration. A client has to set its ServerName, or
// InsecureSkipVerify.
//
// What was written before goes out in clear first. What is written from now on
// waits for the handshake. All that comes from now on is TLS, and with it what
// has come and was not taken: rest is what the protocol was given beyond the
// request, such as the end of what DataReceived got. A server has to hand that
// over, or drop the connection, and must never act on it: somebody between may
// have put it there in clear, to have it taken for what came by TLS (RFC 3207,
// section 6). Handed over, it makes the handshake fail. rest is copied.
//
// The Deferred fires when the handshake is done, before any input is delivered.
// If it fails, the connection ends and the Deferred fails with the reason, in
// which errors.As finds the error of crypto/tls and crypto/x509. It is bounded by
// WithHandshakeTimeout. To cancel it is to Abort. It fails at once with
// ErrAlreadyTLS, and when a direction of the connection is closed.
//
// A nil cfg panics. Loop goroutine only.
func (c *Conn) StartTLS(cfg *tls.Config, rest ...[]byte) *deferred.Deferred[tls.ConnectionState] {
	c.own()
	return c.startTLS(newTLSChoice("StartTLS", cfg), c.client, bytes.Join(rest, nil))
}

// StartTLSClient is StartTLS as the client, whoever dialled. Loop goroutine only.
func (c *Conn) StartTLSClient(cfg *tls.Config, rest ...[]byte) *deferred.Deferred[tls.ConnectionState] {
	c.own()
	return c.startTLS(newTLSChoice("StartTLSClient", cfg), true, bytes.Join(rest, nil))
}

// StartTLSServer is StartTLS as the server, whoever dialled: a server of FTP, for
// one, dials the connections for data that it then serves. Loop goroutine only.
func (c *Conn) StartTLSServer(cfg *tls.Config, rest ...[]byte) *deferred.Deferred[tls.ConnectionState] {
	c.own()
	return c.startTLS(newTLSChoice("StartTLSServer", cfg), false, bytes.Join(rest, nil))
}

// startTLS is StartTLS for either side, and keeps early.
func (c *Conn) startTLS(t *tlsChoice, client bool, early []byte) *deferred.Deferred[tls.ConnectionState] {
	if err := c.secureable(); err != nil {
		return deferred.Fail[tls.ConnectionState](err)
	}
	d := deferred.New(func(*deferred.Deferred[tls.ConnectionState]) { c.Abort() })
	c.sock = newTLSSocket(c, c.sock, t.as(client), c.Buffered(), early, func(fail *failure.Failure) {
		if fail != nil {
			_ = d.Errback(fail) // swallowed if it was cancelled
			return
		}
		state, _ := c.ConnectionState()
		_ = d.Callback(state)
	})
	c.watch()
	return d
}

// secureable says what keeps TLS from being started.
func (c *Conn) secureable() error {
	_, already := c.layer()
	switch {
	case already:
		return c.errorOf(ErrAlreadyTLS, nil)
	case c.state == open:
		return nil
	case c.state.alive() && c.reason != nil:
		return c.reason
	}
	return c.refusal()
}

// ConnectionState returns what the handshake of TLS has agreed on, and what the
// peer has shown. It is false without TLS, and until the handshake is done. Loop
// goroutine only.
func (c *Conn) ConnectionState() (tls.ConnectionState, bool) {
	c.own()
	s, ok := c.layer()
	if !ok || s.shake != nil {
		return tls.ConnectionState{}, false
	}
	return s.tls.ConnectionState(), true
}

// secure makes c a connection with TLS over s, of which made is told. What it
// has for a protocol until then takes no part.
func (c *Conn) secure(s socket, cfg *config, t *tlsChoice, made func(*failure.Failure)) {
	c.proto = noProtocol{}
	c.attach(s, cfg) // below TLS: what counts is what goes over the wire
	c.sock = newTLSSocket(c, c.sock, t.as(c.client), 0, nil, made)
	c.watch()
}

// beginWith is begin, after a handshake if cfg wants TLS.
func (c *Conn) beginWith(s socket, p Protocol, cfg *config) {
	if cfg.tls == nil {
		c.begin(s, p, cfg)
		return
	}
	c.secure(s, cfg, cfg.tls, func(fail *failure.Failure) {
		if fail == nil {
			c.meetAlone(p)
		} else {
			orphan(fail) // nobody knows of the connection
		}
	})
}

// secure makes a connection with TLS of c, which was accepted. The protocol is
// made after the handshake; that a peer has too many is known before it.
func (p *Port) secure(c *Conn, s socket) {
	if !p.admits(s.remoteAddr()) {
		s.close(false)
		return
	}
	c.secure(s, p.cfg, p.cfg.tls, func(fail *failure.Failure) {
		if fail != nil {
			p.stats.Failed++
			p.cfg.tellHandshake(s.remoteAddr(), fail)
			return
		}
		var proto Protocol
		if p.reason == nil {
			proto = p.build(s.remoteAddr())
		} else { // it was stopped meanwhile, and nobody expects more of it
			p.stats.Rejected++
		}
		if proto == nil {
			_ = c.Close() // it is always nil
			return
		}
		c.meetAlone(proto)
	})
}

// secure begins the handshake of a connection that was dialled.
func (a *attempt) secure(s *tcpSocket) {
	a.state = securing
	a.conn = &s.conn
	a.conn.client = true
	a.conn.secure(s, a.cfg, a.cfg.tls.forHost(a.to.host), a.secured)
}

// secured goes on after the handshake.
func (a *attempt) secured(fail *failure.Failure) {
	switch {
	case a.state == over:
		return
	case fail != nil:
		a.fail(fail)
		return
	}
	c := a.conn
	a.state, a.conn = making, nil
	a.stopTimer()
	proto, err := build(a.factory, net.TCPAddrFromAddrPort(a.remote))
	if err != nil || a.state == over {
		_ = c.Close() // it is always nil
		a.fail(err)
		return
	}
	a.make(c, proto)
}

// noProtocol is what a connection has until its handshake is done.
type noProtocol struct{}

// unmet reports whether c waits for the handshake that it gets its protocol after.
func (c *Conn) unmet() bool {
	_, none := c.proto.(noProtocol)
	return none
}

func (noProtocol) ConnectionMade(*Conn)            {}
func (noProtocol) DataReceived([]byte)             {}
func (noProtocol) ConnectionLost(*failure.Failure) {}
