package netx

// write implements socket.
func (s *tlsSocket) write(p []byte) (int, error) {
	pieces := [1][]byte{p}
	return s.writev(pieces[:])
}

// writev implements socket.
func (s *tlsSocket) writev(pieces [][]byte) (int, error) {
	switch s.phase {
	case tlsClear:
		return s.writeClear(pieces)
	case tlsUp:
	default:
		return 0, errWouldBlock
	}
	if err := s.flush(); err != nil {
		return 0, err
	}
	if len(s.raw) > 0 {
		return 0, errWouldBlock
	}
	total := s.held
	s.held = 0
	for {
		chunk := s.chunk(pieces, total)
		if len(chunk) == 0 {
			break
		}
		err := s.encrypt(chunk)
		switch {
		case err != nil && total == 0:
			return 0, err
		case err != nil:
			return total, nil // the next call meets it again
		case len(s.raw) > 0:
			s.held = len(chunk)
			return s.taken(total)
		}
		total += len(chunk)
	}
	return s.taken(total)
}

// taken is the answer for so many bytes.
func (s *tlsSocket) taken(n int) (int, error) {
	if n == 0 {
		return 0, errWouldBlock
	}
	return n, nil
}

// chunk returns bytes of pieces that come after the first skip, as many as are
// made into records at a time. Small pieces are put together, so that each does
// not become a record of its own.
func (s *tlsSocket) chunk(pieces [][]byte, skip int) []byte {
	for len(pieces) > 0 && skip >= len(pieces[0]) {
		skip -= len(pieces[0])
		pieces = pieces[1:]
	}
	if len(pieces) == 0 {
		return nil
	}
	first := pieces[0][skip:]
	if len(pieces) == 1 || len(first) >= tlsChunkSize/4 {
		return first[:min(len(first), tlsChunkSize)]
	}
	w := s.works()
	w.join = append(w.join[:0], first...)
	for _, p := range pieces[1:] {
		w.join = append(w.join, p[:min(len(p), tlsChunkSize-len(w.join))]...)
	}
	return w.join
}

// encrypt makes records of p, and hands them on.
func (s *tlsSocket) encrypt(p []byte) error {
	s.borrow()
	_, err := s.tls.Write(p)
	s.giveBack()
	if err != nil {
		return err
	}
	return s.flush()
}

// writeClear sends what was written before StartTLS.
func (s *tlsSocket) writeClear(pieces [][]byte) (int, error) {
	clear := make([][]byte, 0, len(pieces))
	left := s.clear
	for _, p := range pieces {
		p = p[:min(len(p), left)]
		left -= len(p)
		clear = append(clear, p)
	}
	n, err := s.inner.writev(clear)
	if err = s.conn.blocked(forOutput, err); err != nil {
		return 0, err
	}
	if s.clear -= n; s.clear == 0 {
		s.phase = tlsShaking
		s.soon()
	}
	return n, nil
}

// writable is what the inner socket's owner calls when there is room.
func (s *tlsSocket) writable() {
	if err := s.flush(); err != nil {
		if c := s.conn; s.bye && (c.state == closing || c.state == leaving) {
			s.raw = nil // only the close_notify is missing, and its reader
			c.progress()
		} else {
			c.lost(err)
		}
		return
	}
	switch {
	case len(s.raw) > 0:
		return
	case s.phase == tlsUp && s.conn.out != nil, s.phase == tlsClear:
		s.conn.output()
	default:
		s.conn.progress()
	}
	s.settle()
}

// borrow lends the pipe the buffer for records that all share.
func (s *tlsSocket) borrow() {
	w := s.works()
	s.pipe.out, w.out = w.out[:0], nil
}

// giveBack takes the buffer back. What is in it waits for flush or push, which
// has to come next, before anything that calls the program.
func (s *tlsSocket) giveBack() { s.works().out = s.pipe.out[:0] }

// push hands on what was written to the pipe by a call that was to do something
// else. What waits already is left to those who go on with the Conn after it.
func (s *tlsSocket) push() error {
	if len(s.raw) > 0 {
		s.raw = append(s.raw, s.pipe.out...)
		s.pipe.out = nil
		return nil
	}
	return s.flush()
}

// flush hands records on: those that wait, and then those that were written to
// the pipe. What the inner socket does not take is kept.
func (s *tlsSocket) flush() error {
	out := s.pipe.out
	s.pipe.out = nil
	if len(s.raw) > 0 {
		s.raw = append(s.raw, out...)
		out = s.raw
	}
	if len(out) == 0 {
		return nil
	}
	n, err := s.inner.write(out)
	if err = s.conn.blocked(forOutput, err); err != nil && err != errWouldBlock { //nolint:errorlint // a socket answers it as it is
		return err
	}
	switch out = out[n:]; {
	case len(out) == 0:
		s.raw = nil
	case len(s.raw) > 0:
		s.raw = out
	default:
		s.raw = append([]byte(nil), out...)
	}
	return nil
}
