package netx

import (
	"io"
	"net"
	"os"
	"syscall"
)

// memorySocket is one end of a Pair. Loop goroutine only.
type memorySocket struct {
	// Fixed after Pair.
	*memory
	conn Conn
	peer *memorySocket
	addr memoryAddr

	// What comes to this end.
	in    []byte // what the peer wrote and nobody has read
	inEnd error  // what a read gives after that: nil, io.EOF, or a reset

	wantRead, wantWrite bool
	queued              bool // an event is on its way
	finSent             bool
	discard             bool // a close is a reset
	closed              bool
}

// read implements socket.
func (s *memorySocket) read(p []byte) (int, error) {
	if len(s.in) == 0 {
		if s.inEnd == nil {
			return 0, errWouldBlock
		}
		return 0, s.inEnd
	}
	n := copy(p, s.in)
	rest := copy(s.in, s.in[n:])
	s.in = s.in[:rest]
	s.peer.poke() // there is room now
	return n, nil
}

// write implements socket.
func (s *memorySocket) write(p []byte) (int, error) {
	if err := s.broken(); err != nil {
		return 0, err
	}
	n := min(len(p), s.room())
	if n == 0 {
		return 0, errWouldBlock
	}
	s.peer.in = append(s.peer.in, p[:n]...)
	s.peer.poke()
	return n, nil
}

// writev implements socket.
func (s *memorySocket) writev(pieces [][]byte) (int, error) {
	total := 0
	for _, p := range pieces {
		if len(p) == 0 {
			continue
		}
		n, err := s.write(p)
		total += n
		if err != nil && total == 0 {
			return 0, err
		}
		if n < len(p) {
			break
		}
	}
	return total, nil
}

// broken says why nothing can be written, if so.
func (s *memorySocket) broken() error {
	switch {
	case s.inEnd != nil && s.inEnd != io.EOF: //nolint:errorlint // it is set as it is
		return s.inEnd
	case s.finSent, s.peer.closed:
		return os.NewSyscallError("write", syscall.EPIPE)
	}
	return nil
}

// room returns how many bytes can be written.
func (s *memorySocket) room() int { return s.limit - len(s.peer.in) }

// closeWrite implements socket.
func (s *memorySocket) closeWrite() error {
	s.finSent = true
	s.peer.ends(io.EOF)
	return nil
}

// close implements socket.
func (s *memorySocket) close(abort bool) {
	s.closed = true
	s.in = nil
	if abort || s.discard {
		s.peer.ends(os.NewSyscallError("read", syscall.ECONNRESET))
	} else {
		s.peer.ends(io.EOF)
	}
}

// ends says what a read gives after the input. A FIN that has come stays.
func (s *memorySocket) ends(with error) {
	if s.inEnd == nil || with != io.EOF { //nolint:errorlint // it is set as it is
		s.inEnd = with
	}
	s.poke()
}

// want implements socket.
func (s *memorySocket) want(read, write bool) error {
	s.wantRead, s.wantWrite = read, write
	s.poke()
	return nil
}

func (s *memorySocket) localAddr() net.Addr  { return s.addr }
func (s *memorySocket) remoteAddr() net.Addr { return s.peer.addr }

// setNoDelay and setKeepAlive are about a wire, and there is none.
func (s *memorySocket) setNoDelay(bool) error   { return nil }
func (s *memorySocket) setKeepAlive(bool) error { return nil }

// poke sees to it that the connection is called if there is something for it.
func (s *memorySocket) poke() {
	due := s.readable() || s.writable() || s.hungUp()
	if due && !s.queued && !s.closed {
		s.queued = true
		s.env.next(s)
	}
}

func (s *memorySocket) readable() bool {
	return s.wantRead && (len(s.in) > 0 || s.inEnd != nil)
}

func (s *memorySocket) writable() bool {
	return s.wantWrite && (s.room() > 0 || s.broken() != nil)
}

// hungUp reports whether the connection has to be told that the peer has gone,
// since it does not look for itself.
func (s *memorySocket) hungUp() bool {
	if s.wantRead || s.wantWrite || s.inEnd == nil {
		return false
	}
	if s.inEnd == io.EOF { //nolint:errorlint // it is set as it is
		return len(s.in) == 0 && s.conn.state.reads()
	}
	return true
}

// turn calls the connection: once for each direction, as the reactor does. What
// there still is comes in the turns after.
func (s *memorySocket) turn() {
	s.queued = false
	if s.readable() && !s.closed {
		s.conn.readable(s.buffer())
	}
	if s.writable() && !s.closed {
		s.conn.writable()
	}
	if s.hungUp() && !s.closed {
		s.conn.hungUp(s.inEnd)
	}
	s.poke()
}
