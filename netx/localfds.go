package netx

import "os"

// localFDs are the descriptors of a Unix socket that are on their way. Loop
// goroutine only.
type localFDs struct {
	out   []outFDs // to be sent, in order
	count int      // of descriptors in out
	in    []*os.File
}

// outFDs are descriptors that go out with one byte.
type outFDs struct {
	fds   []int
	after int // bytes that go out before that one, from now on
}

// fds returns the place for descriptors, which few sockets have.
func (s *localSocket) fds() *localFDs {
	if s.passing == nil {
		s.passing = &localFDs{}
	}
	return s.passing
}

// waitingFDs implements fdCarrier.
func (s *localSocket) waitingFDs() int { return s.fds().count }

// attach implements fdCarrier.
func (s *localSocket) attach(fds []int, after int) {
	p := s.fds()
	p.out = append(p.out, outFDs{fds, after})
	p.count += len(fds)
}

// receivedFDs implements fdCarrier.
func (s *localSocket) receivedFDs() bool { return s.passing != nil && len(s.passing.in) > 0 }

// takeFDs implements fdCarrier.
func (s *localSocket) takeFDs() []*os.File {
	in := s.passing.in
	s.passing.in = nil
	return in
}

// closeFDs closes what was not sent or not taken.
func (s *localSocket) closeFDs() {
	if s.passing == nil {
		return
	}
	for _, o := range s.passing.out {
		closeFDs(o.fds)
	}
	for _, f := range s.passing.in {
		_ = f.Close() // it was never used
	}
	s.passing = nil
}

// write implements socket.
func (s *localSocket) write(p []byte) (int, error) {
	if s.passing == nil || len(s.passing.out) == 0 {
		return s.tcpSocket.write(p)
	}
	return s.writeWithFDs(p)
}

// writev implements socket. With descriptors to send it writes one piece: that is
// seldom, and there is always a next time.
func (s *localSocket) writev(pieces [][]byte) (int, error) {
	if s.passing == nil || len(s.passing.out) == 0 {
		return s.tcpSocket.writev(pieces)
	}
	for len(pieces[0]) == 0 {
		pieces = pieces[1:]
	}
	return s.writeWithFDs(pieces[0])
}

// writeWithFDs writes up to the byte that the next descriptors go with; or that
// one, with them, and what follows up to the ones after them.
func (s *localSocket) writeWithFDs(p []byte) (n int, err error) {
	out := s.passing.out
	if after := out[0].after; after > 0 {
		n, err = writeFD(int(s.fd), p[:min(len(p), after)])
		s.advance(n)
		return n, err
	}
	if len(out) > 1 {
		p = p[:min(len(p), out[1].after)]
	}
	if n, err = sendFDs(int(s.fd), p, out[0].fds); err != nil {
		return 0, err
	}
	closeFDs(out[0].fds)
	s.passing.count -= len(out[0].fds)
	out[0] = outFDs{}
	s.passing.out = out[1:]
	s.advance(n)
	return n, nil
}

// advance notes that n bytes have gone out.
func (s *localSocket) advance(n int) {
	for i := range s.passing.out {
		s.passing.out[i].after -= n
	}
}

// read implements socket. Only for a protocol that takes descriptors does it ask
// for them: the kernel closes them for the others.
func (s *localSocket) read(p []byte) (int, error) {
	wanted := fdReceiverOf(s.conn.proto) != nil
	if _, secured := s.conn.layer(); !wanted || secured {
		return s.tcpSocket.read(p)
	}
	limit := s.conn.cfg.local.fdLimit()
	n, fds, err := receiveFDs(int(s.fd), p, s.net.controlBuffer(), limit)
	if len(fds) == 0 {
		return n, err
	}
	got := s.fds()
	if len(got.in)+len(fds) > limit { // nobody takes them, or there are too many
		closeFDs(fds)
		return 0, ErrFDsLost
	}
	for _, fd := range fds {
		got.in = append(got.in, os.NewFile(uintptr(fd), "received from "+s.to))
	}
	return n, err
}

// fdLimit returns how many descriptors may come with one message.
func (c *localConfig) fdLimit() int {
	if c.maxFDs == 0 {
		return maxFDs
	}
	return c.maxFDs
}
