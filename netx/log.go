package netx

import (
	"context"
	"io"
	"log/slog"

	"github.com/spindle-go/spindle/failure"
)

// WithLog has l told what happens to the connections: at level Info that one began
// and that it ended, with the reason and its bytes; at level Debug each read, write
// and FIN, with its size. What was said is not written down. The addresses go with
// every record. l is called on the goroutine of the loop, so its handler must not be
// slow. A panic of the handler is reported as a failure that nobody handles, and the
// connection goes on. A nil l panics. The default is not to log.
func WithLog(l *slog.Logger) Option {
	if l == nil {
		panic("netx: WithLog of nil")
	}
	return func(c *config) { c.log = l }
}

// logSocket is a socket that writes down what is done with it. Loop goroutine only.
type logSocket struct {
	socket
	conn    *Conn
	log     *slog.Logger
	in, out uint64 // bytes
}

// logByOptions puts a logSocket below a new connection if its options ask for it.
func (c *Conn) logByOptions() {
	if c.cfg.log == nil {
		return
	}
	s := &logSocket{socket: c.sock, conn: c, log: c.cfg.log}
	logging(func() {
		s.log = s.log.With("local", c.sock.localAddr().String(), "remote", c.sock.remoteAddr().String())
	})
	c.sock = s
	s.say(slog.LevelInfo, "connection made")
}

// say writes a record down.
func (s *logSocket) say(level slog.Level, what string, args ...any) {
	logging(func() { s.log.Log(context.Background(), level, what, args...) })
}

// sayMoved writes down that bytes were moved, if anybody wants to know.
func (s *logSocket) sayMoved(what string, bytes int) {
	logging(func() {
		if s.log.Enabled(context.Background(), slog.LevelDebug) { // args cost something
			s.log.Debug(what, "bytes", bytes)
		}
	})
}

// logging calls what calls the program's handler, whose panic must end nothing else:
// not the Port that was about to accept more, nor what a connection's end has to clean
// up.
func logging(f func()) {
	defer func() {
		if v := recover(); v != nil {
			orphan(failure.Recovered(v))
		}
	}()
	f()
}

// read implements socket.
func (s *logSocket) read(p []byte) (int, error) {
	n, err := s.socket.read(p)
	s.in += uint64(n)
	switch {
	case err == nil:
		s.sayMoved("read", n)
	case err == io.EOF: //nolint:errorlint // a socket answers it as it is
		s.say(slog.LevelDebug, "the peer's FIN")
	}
	return n, err
}

// write implements socket.
func (s *logSocket) write(p []byte) (int, error) { return s.wrote(s.socket.write(p)) }

// writev implements socket.
func (s *logSocket) writev(pieces [][]byte) (int, error) { return s.wrote(s.socket.writev(pieces)) }

func (s *logSocket) wrote(n int, err error) (int, error) {
	s.out += uint64(n)
	if err == nil {
		s.sayMoved("written", n)
	}
	return n, err
}

// closeWrite implements socket.
func (s *logSocket) closeWrite() error {
	err := s.socket.closeWrite()
	if err == nil {
		s.say(slog.LevelDebug, "FIN")
	}
	return err
}

// close implements socket.
func (s *logSocket) close(abort bool) {
	s.socket.close(abort)
	s.say(slog.LevelInfo, "connection ended", "reason", s.conn.reason, "read", s.in, "written", s.out)
}

// unwrap implements layer.
func (s *logSocket) unwrap() socket { return s.socket }
