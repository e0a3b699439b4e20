package netx

import (
	"crypto/tls"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// StartTLS has the connection speak TLS from now on, as [Conn.StartTLS] does.
// What has come and nobody has read belongs to TLS. Loop goroutine only.
func (s *Stream) StartTLS(cfg *tls.Config) *deferred.Deferred[tls.ConnectionState] {
	var rest []byte
	if s.conn.secureable() == nil {
		rest, s.in = s.in, nil
	}
	d := s.conn.StartTLS(cfg, rest)
	s.press()
	return d
}

// secure starts TLS on a Stream that is used before the handshake is done. Of a
// failure its reads and writes are told.
func (s *Stream) secure(t *tlsChoice) {
	if t != nil {
		s.conn.startTLS(t, s.conn.client, nil).Catch(func(*failure.Failure) {})
	}
}

// ConnectionState returns what TLS has agreed on, see [Conn.ConnectionState].
// Loop goroutine only.
func (s *Stream) ConnectionState() (tls.ConnectionState, bool) { return s.conn.ConnectionState() }
