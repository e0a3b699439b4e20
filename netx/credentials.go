package netx

import (
	"errors"
	"fmt"
)

// Credentials say which process a peer is, as the kernel knows it.
type Credentials struct {
	PID int // 0 where the system does not tell
	UID int
	GID int
}

// credible is a socket whose peer the kernel knows.
type credible interface {
	peerCredentials() (Credentials, error)
}

// PeerCredentials returns who the peer of a connection over a Unix socket was
// when it connected or began to listen, also below TLS. A peer cannot forge them, but it may
// have handed its socket on to another process since.
//
// Errors: a net.ErrClosed after the connection's end; errors.ErrUnsupported for
// what is no Unix socket, and on systems other than Linux, macOS and FreeBSD;
// what the kernel says. It costs a system call or two. Loop goroutine only.
func (c *Conn) PeerCredentials() (Credentials, error) {
	c.own()
	if !c.state.alive() {
		return Credentials{}, c.refusal()
	}
	s, ok := lowest[credible](c.sock)
	if !ok {
		return Credentials{}, fmt.Errorf("netx: peer credentials: %w: only Unix sockets have them", errors.ErrUnsupported)
	}
	got, err := s.peerCredentials()
	if err != nil {
		return Credentials{}, fmt.Errorf("netx: peer credentials: %w", err)
	}
	return got, nil
}

// peerCredentials implements credible.
func (s *localSocket) peerCredentials() (Credentials, error) { return credentialsOf(int(s.fd)) }
