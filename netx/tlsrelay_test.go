package netx_test

import (
	"testing"

	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

// relay stands between a client and a server in memory, and passes on what it
// likes. It does not know TLS.
type relay struct {
	toServer func(p []byte) // gets what the client sent, while it does not pass it on itself
	toClient func(p []byte)
	client   *relayEnd // the ends that the relay has
	server   *relayEnd
}

// relayEnd is the relay's protocol on one side.
type relayEnd struct {
	conn  *netx.Conn
	other *relayEnd
	pass  func(p []byte)
	lost  bool
	fin   bool // a FIN has come
}

func (e *relayEnd) ConnectionMade(c *netx.Conn) { e.conn = c }
func (e *relayEnd) DataReceived(p []byte)       { e.pass(p) }
func (e *relayEnd) WriteClosed()                {}

func (e *relayEnd) ReadClosed() {
	e.fin = true
	e.other.conn.CloseWrite()
}

func (e *relayEnd) ConnectionLost(reason *failure.Failure) {
	e.lost = true
	if kindOf(reason) != "done" {
		e.other.conn.Abort()
	}
}

// newRelay joins a client and a server by way of a relay.
func newRelay(t testing.TB, w *pairWorld, client, server netx.Protocol, opts ...netx.Option) (r *relay, ca, cb *netx.Conn) {
	t.Helper()
	r = &relay{client: &relayEnd{}, server: &relayEnd{}}
	ca, _ = netx.Pair(w.clock, client, r.client, opts...)
	_, cb = netx.Pair(w.clock, r.server, server, opts...)
	r.client.other, r.server.other = r.server, r.client
	r.toServer = func(p []byte) { r.server.conn.Write(p) }
	r.toClient = func(p []byte) { r.client.conn.Write(p) }
	r.client.pass = func(p []byte) { r.toServer(p) }
	r.server.pass = func(p []byte) { r.toClient(p) }
	return r, ca, cb
}
