package netx

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/spindle-go/spindle/failure"
)

// tlsPhase says how far a tlsSocket is.
//
//	from        what happens                                    to
//	----------  ----------------------------------------------  ----------
//	tlsClear    the output from before StartTLS has gone out    tlsShaking
//	tlsShaking  the handshake is done                           tlsUp
//	any         close                                           tlsDown
type tlsPhase uint8

const (
	tlsClear tlsPhase = iota
	tlsShaking
	tlsUp
	tlsDown
)

// tlsSocket is a socket that speaks TLS over another one. It stands between that
// and the Conn, and what the other's owner calls on the Conn comes here first.
//
// It takes output as a socket should: what it has not handed on it has not taken,
// so the Conn counts, limits and waits for it as ever. Since records cannot be
// taken back, it keeps those that the other socket did not take, and answers that
// it would block; when they have gone, it tells the Conn that it has taken the
// bytes, without another look at them.
//
// What it reads is inside it for as long as the Conn does not want it, at most
// one record and what was read together with it.
//
// Loop goroutine only, but see handshake.
type tlsSocket struct {
	// Fixed after newTLSSocket.
	inner  socket
	conn   *Conn
	tls    *tls.Conn
	client bool

	// A step of the handshake's, while there is one under way.
	pipe tlsPipe

	shake *handshake             // until it is over
	made  func(*failure.Failure) // who waits for the handshake; nil when told
	clear int                    // bytes of output that go out as they are
	raw   []byte                 // records that the inner socket has not taken
	held  int                    // bytes of output that are in raw, and were not told to be taken
	early []byte                 // input that came while it was not wanted

	phase               tlsPhase
	wantRead, wantWrite bool
	more                bool // there may be input inside
	stalled             bool // input has come during a step
	queued              bool // a turn is due
	failed              bool // the peer was told by an alert, or tried to be
	bye                 bool // close_notify is written
}

// newTLSSocket puts TLS between c and its socket, which is inner. The first clear
// bytes of c's output go out before it, and early is input that has come already.
// made is called from the loop, once, with nil after the handshake, or with the
// reason of the connection's end if that comes first.
func newTLSSocket(c *Conn, inner socket, t tlsSide, clear int, early []byte, made func(*failure.Failure)) *tlsSocket {
	s := &tlsSocket{inner: inner, conn: c, client: t.client, made: made, clear: clear}
	if clear == 0 {
		s.phase = tlsShaking
	}
	h := &handshake{pipe: &s.pipe, local: inner.localAddr(), remote: inner.remoteAddr(), done: s.stepped, effort: t.effort}
	if t.client {
		s.tls = tls.Client(&s.pipe, t.cfg)
	} else {
		s.tls = tls.Server(&s.pipe, t.cfg)
	}
	h.tls = s.tls
	h.ctx, h.giveUp = handshakeContext(h.effort)
	s.shake, s.pipe.ends, s.pipe.in = h, h, early
	if after := c.cfg.handshakeTimeout; after > 0 {
		h.stopTimer = c.cfg.env.clock.AfterFunc(after, s.late)
	}
	s.soon()
	return s
}

// works returns what it shares with others.
func (s *tlsSocket) works() *tlsWorks { return s.conn.cfg.env.works() }

// soon has turn called.
func (s *tlsSocket) soon() {
	if !s.queued {
		s.queued = true
		s.conn.cfg.env.next(s)
	}
}

// turn goes on with what was begun where the Conn could not be called, or is
// inside, where the inner socket does not know of it.
func (s *tlsSocket) turn() {
	s.queued = false
	switch s.phase {
	case tlsShaking:
		if s.client || len(s.pipe.in) > 0 { // a server waits for the client
			s.step()
		}
	case tlsUp:
		if s.more || len(s.early) > 0 {
			s.take()
		}
	}
}

// want implements socket.
func (s *tlsSocket) want(read, write bool) error {
	s.wantRead, s.wantWrite = read, write
	return s.watch()
}

// watch tells the inner socket what is wanted of it.
//
// Input is read while the Conn pauses it, too, until some that would be
// delivered is there: a close_notify has to be noticed, and is a record like any
// other.
func (s *tlsSocket) watch() error {
	if s.phase == tlsDown {
		return nil
	}
	if s.phase == tlsUp && (s.more || s.wantRead && len(s.early) > 0) {
		s.soon()
	}
	return s.inner.want(s.wants())
}

// wants returns what the inner socket is to be watched for.
func (s *tlsSocket) wants() (read, write bool) {
	write = len(s.raw) > 0
	switch s.phase {
	case tlsClear:
		write = true
	case tlsShaking:
		read = !s.stalled
	case tlsUp:
		read = s.conn.state.reads() && len(s.raw) < tlsMaxRaw && (s.wantRead || len(s.early) == 0 && !s.more)
		write = write || s.wantWrite
	}
	return read, write
}

// settle is watch where an error is the connection's end: in what the loop calls.
func (s *tlsSocket) settle() {
	if err := s.watch(); err != nil {
		s.conn.lost(err)
	}
}

// readable is what the inner socket's owner calls when there is input.
func (s *tlsSocket) readable() {
	switch s.phase {
	case tlsShaking:
		s.feed()
	case tlsUp:
		s.take()
	}
}

// hungUp is what the inner socket's owner calls when the peer has gone. After a
// FIN there may still be input inside, and before it something to read; who reads
// that meets the FIN too.
func (s *tlsSocket) hungUp(err error) {
	if err != io.EOF { //nolint:errorlint // a socket answers it as it is
		s.conn.lost(err)
	}
}

// closeWrite implements socket: it sends a close_notify. There is no FIN, since
// TLS itself may have something to answer to what still comes.
func (s *tlsSocket) closeWrite() error {
	if s.phase != tlsUp {
		return errWouldBlock
	}
	return s.sayGoodbye()
}

// parted reports whether the connection can be closed: the close_notify has gone
// out, or there is nobody to send one to.
func (s *tlsSocket) parted() bool {
	if s.phase != tlsUp {
		return true
	}
	err := s.sayGoodbye()
	return err != errWouldBlock //nolint:errorlint // it answers that as it is
}

// sayGoodbye sends the close_notify, once.
func (s *tlsSocket) sayGoodbye() error {
	if !s.bye {
		s.bye = true
		s.borrow()
		_ = s.tls.CloseWrite() // a pipe takes everything
		s.giveBack()
	}
	if err := s.flush(); err != nil {
		return err
	}
	if len(s.raw) > 0 {
		if err := s.watch(); err != nil {
			return err
		}
		return errWouldBlock
	}
	return nil
}

// close implements socket. After an alert there is no RST, which could overtake
// it.
func (s *tlsSocket) close(abort bool) {
	s.phase = tlsDown
	if s.shake != nil {
		s.shake.end()
	}
	s.raw, s.early = nil, nil
	s.inner.close(abort && !s.failed)
}

// ended is called when the connection has ended, with why. Who waits for the
// handshake hears of it first.
func (s *tlsSocket) ended(reason *failure.Failure) {
	if made := s.made; made != nil {
		s.made = nil
		made(reason)
	}
}

// localAddr implements socket.
func (s *tlsSocket) localAddr() net.Addr { return s.inner.localAddr() }

// remoteAddr implements socket.
func (s *tlsSocket) remoteAddr() net.Addr { return s.inner.remoteAddr() }

// proxyHeader implements proxied, if the inner socket does.
func (s *tlsSocket) proxyHeader() *ProxyHeader {
	if p, ok := s.inner.(proxied); ok {
		return p.proxyHeader()
	}
	return nil
}

// setNoDelay implements tuner, if the inner socket does.
func (s *tlsSocket) setNoDelay(on bool) error {
	if t, ok := s.inner.(tuner); ok {
		return t.setNoDelay(on)
	}
	return fmt.Errorf("tls: %w", errors.ErrUnsupported)
}

// setKeepAlive implements tuner, if the inner socket does.
func (s *tlsSocket) setKeepAlive(on bool) error {
	if t, ok := s.inner.(tuner); ok {
		return t.setKeepAlive(on)
	}
	return fmt.Errorf("tls: %w", errors.ErrUnsupported)
}

// unwrap implements layer.
func (s *tlsSocket) unwrap() socket { return s.inner }

// layer returns the TLS of c, if it has some.
func (c *Conn) layer() (*tlsSocket, bool) {
	s, ok := c.sock.(*tlsSocket)
	return s, ok
}
