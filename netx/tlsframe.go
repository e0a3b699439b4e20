package netx

import (
	"crypto/tls"
	"slices"

	"github.com/spindle-go/spindle/deferred"
)

// StartTLS is [Conn.StartTLS]. What has come behind the last frame that was
// delivered belongs to TLS, after rest: it is never taken for frames, so that
// nobody between can put frames into what comes by TLS. Loop goroutine only.
func (c *FrameConn) StartTLS(cfg *tls.Config, rest ...[]byte) *deferred.Deferred[tls.ConnectionState] {
	return c.Conn.StartTLS(cfg, c.handOver(rest)...)
}

// StartTLSClient is [Conn.StartTLSClient], with what has come as StartTLS has it.
// Loop goroutine only.
func (c *FrameConn) StartTLSClient(cfg *tls.Config, rest ...[]byte) *deferred.Deferred[tls.ConnectionState] {
	return c.Conn.StartTLSClient(cfg, c.handOver(rest)...)
}

// StartTLSServer is [Conn.StartTLSServer], with what has come as StartTLS has it.
// Loop goroutine only.
func (c *FrameConn) StartTLSServer(cfg *tls.Config, rest ...[]byte) *deferred.Deferred[tls.ConnectionState] {
	return c.Conn.StartTLSServer(cfg, c.handOver(rest)...)
}

// handOver returns the input for TLS, if that can be started.
func (c *FrameConn) handOver(rest [][]byte) [][]byte {
	c.own()
	if c.secureable() != nil {
		return rest
	}
	return append(slices.Clone(rest), c.TakeInput())
}
