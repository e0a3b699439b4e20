package netx

import (
	"io"
)

// feed reads input for the handshake.
func (s *tlsSocket) feed() {
	if s.shake.state.Load() != stepResting {
		s.stalled = true // the pipe is the step's
		s.settle()
		return
	}
	buf := s.works().in
	n, err := s.inner.read(buf)
	switch err = s.conn.blocked(forInput, err); err {
	case nil:
		s.pipe.in = append(s.pipe.in, buf[:n]...)
	case errWouldBlock: //nolint:errorlint // a socket answers it, and io.EOF, as they are
		return
	case io.EOF:
		s.pipe.end = errTruncated
	default:
		s.conn.lost(err)
		return
	}
	s.step()
}

// step has the handshake go on.
func (s *tlsSocket) step() {
	if s.shake.state.Load() == stepResting {
		s.works().step(s.shake)
	}
}

// stepped is called after a step, on the loop.
func (s *tlsSocket) stepped(h *handshake) {
	if s.phase == tlsDown { // by a function of the configuration
		h.stop()
		return
	}
	if err := s.push(); err != nil {
		s.conn.lost(err)
		return
	}
	s.stalled = false
	switch {
	case !h.over:
		s.settle()
	case h.err != nil:
		s.shakeFailed(h.err)
	default:
		s.up(h)
	}
}

// up goes on after the handshake.
func (s *tlsSocket) up(h *handshake) {
	h.end()
	s.shake, s.pipe.yield, s.pipe.ends = nil, nil, s.inner
	s.phase = tlsUp
	s.more = true // what has come with the last of the handshake
	made := s.made
	s.made = nil
	made(nil)
	if s.phase == tlsUp {
		s.settle()
		s.conn.progress() // it may have been closed meanwhile
	}
}

// shakeFailed ends the connection because of what the handshake answered.
func (s *tlsSocket) shakeFailed(err error) {
	switch {
	case s.pipe.end != nil:
		err = s.pipe.end
	case err == io.EOF: //nolint:errorlint // a close_notify
		err = errTruncated
	default:
		s.failed = true
	}
	s.conn.lost(err)
}

// late is called when the time for the handshake is up.
func (s *tlsSocket) late() {
	c := s.conn
	c.own()
	s.shake.stopTimer = nil
	late := &timeoutError{what: "the TLS handshake", after: c.cfg.handshakeTimeout}
	c.end(c.because(ErrConnectionAborted, late), true)
}
