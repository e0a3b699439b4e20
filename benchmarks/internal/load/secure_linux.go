package load

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
)

// secure is TLS on a descriptor that does not block. It is the net.Conn below its
// tls.Conn: while they shake hands that of the runtime, after goRaw one on the raw
// descriptor. What is there answers errWouldBlock to a read, which crypto/tls
// survives. It does not survive that in a write, so a write takes everything, and
// keeps what the kernel does not take.
type secure struct {
	net.Conn // until goRaw
	conn     *tls.Conn
	fd       int    // after goRaw; -1 before
	drained  bool   // the last read has emptied the socket, and no event came since
	rest     []byte // encrypted, and not taken yet
}

// newSecure shakes hands.
func newSecure(ctx context.Context, tcp net.Conn, c Config) (*secure, error) {
	s := &secure{Conn: tcp, fd: -1}
	s.conn = tls.Client(s, tlsConfig(c))
	if err := s.conn.HandshakeContext(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// goRaw leaves the runtime's connection, which may be closed then.
func (s *secure) goRaw(fd int) { s.fd = fd }

// Read implements net.Conn for crypto/tls.
func (s *secure) Read(p []byte) (int, error) {
	if s.fd < 0 {
		return s.Conn.Read(p)
	}
	if s.drained {
		return 0, errWouldBlock // it saves a system call for each answer
	}
	n, err := readRaw(s.fd, p)
	s.drained = err == nil && n < len(p)
	return n, err
}

// Write implements net.Conn for crypto/tls.
func (s *secure) Write(p []byte) (int, error) {
	if s.fd < 0 {
		return s.Conn.Write(p)
	}
	n := 0
	if len(s.rest) == 0 {
		var err error
		if n, err = writeRaw(s.fd, p); err != nil && !errors.Is(err, errWouldBlock) {
			return n, err
		}
	}
	s.rest = append(s.rest, p[n:]...)
	return len(p), nil
}

// write sends p, unless something is left of what was sent before: then it answers
// errWouldBlock.
func (s *secure) write(p []byte) (int, error) {
	for len(s.rest) > 0 {
		n, err := writeRaw(s.fd, s.rest)
		if err != nil {
			return 0, err
		}
		s.rest = s.rest[n:]
	}
	s.rest = s.rest[:0]
	if len(p) == 0 {
		return 0, nil
	}
	return s.conn.Write(p)
}

// sayGoodbye sends the alert that ends TLS. Whether it arrives does not matter.
func (s *secure) sayGoodbye() {
	if len(s.rest) == 0 {
		_ = s.conn.CloseWrite()
	}
}
