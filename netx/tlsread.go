package netx

import (
	"bytes"
	"io"
)

// take reads on: for the Conn, or, while that does not want input, to learn
// whether the peer has ended its output.
func (s *tlsSocket) take() {
	switch {
	case !s.conn.state.reads():
		s.more = false
		return
	case s.wantRead:
		s.conn.input(s.works().plain)
	case len(s.early) > 0:
		return // Resume asks for it
	default:
		s.peek()
	}
	if s.phase == tlsUp {
		s.settle()
	}
}

// peek reads while the Conn does not want input. What there is it keeps.
func (s *tlsSocket) peek() {
	buf := s.works().plain[:tlsChunkSize/4]
	s.pull(tlsPeekSize)
	n, err := s.decrypt(buf)
	switch err {
	case nil:
		s.early = bytes.Clone(buf[:n])
	case errWouldBlock: //nolint:errorlint // it answers it, and io.EOF, as they are
	case io.EOF:
		s.conn.inputEnded()
	default:
		s.conn.lost(err)
	}
}

// read implements socket.
func (s *tlsSocket) read(p []byte) (int, error) {
	if s.phase != tlsUp {
		return 0, errWouldBlock
	}
	if len(s.early) > 0 {
		n := copy(p, s.early)
		if s.early = s.early[n:]; len(s.early) == 0 {
			s.early = nil
		}
		s.more = true
		return n, nil
	}
	s.pull(tlsReadSize)
	return s.decrypt(p)
}

// pull reads records, unless there are some inside: once, so many bytes at most.
func (s *tlsSocket) pull(limit int) {
	if s.more || s.pipe.end != nil {
		return
	}
	buf := s.works().in[:limit]
	n, err := s.inner.read(buf)
	switch err = s.conn.blocked(forInput, err); err {
	case nil:
		s.pipe.in = buf[:n]
	case errWouldBlock: //nolint:errorlint // a socket answers it, and io.EOF, as they are
	case io.EOF:
		s.pipe.end = errTruncated
	default:
		s.pipe.end = err
	}
}

// decrypt reads what the records inside say. Everything of them, if there is room
// for it: nobody else knows of what stays inside.
func (s *tlsSocket) decrypt(p []byte) (int, error) {
	s.borrow()
	n, err := 0, error(nil)
	for n < len(p) && err == nil {
		var m int
		m, err = s.tls.Read(p[n:]) // which may answer both bytes and an error
		if n += m; err == nil && n < len(p) && len(s.pipe.in) == 0 && s.pipe.end == nil {
			err = errTLSWouldBlock // see tlsPipe.record
		}
	}
	s.giveBack()
	if len(s.pipe.in) > 0 {
		s.pipe.in = bytes.Clone(s.pipe.in) // the buffer is not ours
	} else {
		s.pipe.in = nil
	}
	if ferr := s.push(); ferr != nil && s.pipe.end == nil {
		s.pipe.end = ferr
	}
	blocked := err == errTLSWouldBlock //nolint:errorlint // the pipe answers it as it is
	s.more = !blocked && (err == nil || n > 0) || blocked && s.pipe.end != nil
	switch {
	case n > 0:
		return n, nil
	case blocked && s.pipe.end == nil:
		return 0, errWouldBlock
	}
	return 0, s.readError(err)
}

// readError is what a socket answers for what a tls.Conn did.
func (s *tlsSocket) readError(err error) error {
	switch {
	case err == io.EOF: //nolint:errorlint // a close_notify; the pipe never answers it
		return io.EOF
	case s.pipe.end != nil:
		return s.pipe.end
	}
	s.failed = true
	return err
}
