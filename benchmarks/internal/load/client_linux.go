package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// client is one connection of a loop.
type client struct {
	fd       int     // -1 after it was lost
	secure   *secure // nil without TLS
	owed     int     // bytes to send that were not taken yet
	out, in  int     // where in a request the next byte to send and to receive is
	answered int     // answers that came; in the closed loop modulo Depth
	reads    uint32  // that were tried
	handed   int64   // at a fixed rate: requests that are its to send
	blocked  bool    // it waits until there is room again
}

// errWouldBlock is the answer when there is nothing to read, or no room to write.
var errWouldBlock error = wouldBlock{}

// wouldBlock is temporary, so that crypto/tls goes on after it.
type wouldBlock struct{}

func (wouldBlock) Error() string   { return "load: the call would block" }
func (wouldBlock) Temporary() bool { return true }
func (wouldBlock) Timeout() bool   { return true }

// connect makes a connection whose descriptor is not the runtime's: it is
// non-blocking, with TCP_NODELAY, and closed by the caller.
func connect(ctx context.Context, c Config) (client, error) {
	lost := client{fd: -1}
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", c.Addr)
	if err != nil {
		return lost, err
	}
	defer conn.Close()
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return lost, fmt.Errorf("load: a connection to %s is a %T", c.Addr, conn)
	}
	var s *secure
	if c.TLS {
		if s, err = newSecure(ctx, tcp, c); err != nil {
			return lost, err
		}
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return lost, err
	}
	fd, err := duplicate(raw)
	if err != nil {
		return lost, err
	}
	if s != nil {
		s.goRaw(fd)
	}
	return client{fd: fd, secure: s}, nil
}

// duplicate makes a second descriptor of a connection.
func duplicate(raw syscall.RawConn) (dup int, err error) {
	failed := raw.Control(func(fd uintptr) {
		dup, err = unix.FcntlInt(fd, unix.F_DUPFD_CLOEXEC, 0)
	})
	if err := errors.Join(failed, os.NewSyscallError("fcntl", err)); err != nil {
		return -1, err
	}
	return dup, nil
}

// read reads once. It answers errWouldBlock, or io.EOF at the end.
func (c *client) read(p []byte) (int, error) {
	if c.secure != nil {
		return c.secure.conn.Read(p)
	}
	return readRaw(c.fd, p)
}

// write sends what there is room for, or answers errWouldBlock.
func (c *client) write(p []byte) (int, error) {
	if c.secure != nil {
		return c.secure.write(p)
	}
	return writeRaw(c.fd, p)
}

// unsent reports whether there is something to send.
func (c *client) unsent() bool {
	return c.owed > 0 || c.secure != nil && len(c.secure.rest) > 0
}

// close closes what is open.
func (c *client) close() error {
	if c.fd < 0 {
		return nil
	}
	if c.secure != nil {
		c.secure.sayGoodbye()
	}
	fd := c.fd
	c.fd = -1
	return os.NewSyscallError("close", unix.Close(fd))
}

// readRaw is read(2) of a non-blocking descriptor.
func readRaw(fd int, p []byte) (int, error) {
	n, errno := transfer(unix.SYS_READ, fd, p)
	return received("read", n, errno)
}

// discardRaw is readRaw of as many bytes as p has, which it leaves as it is: the flag
// MSG_TRUNC, see tcp(7).
func discardRaw(fd int, p []byte) (int, error) {
	n, errno := discard(fd, p)
	return received("recvfrom", n, errno)
}

// received is the result of a system call that receives.
func received(call string, n int, errno syscall.Errno) (int, error) {
	switch {
	case errno == unix.EAGAIN:
		return 0, errWouldBlock
	case errno != 0:
		return 0, os.NewSyscallError(call, errno)
	case n == 0:
		return 0, io.EOF
	}
	return n, nil
}

// writeRaw is write(2) of a non-blocking descriptor.
func writeRaw(fd int, p []byte) (int, error) {
	n, errno := transfer(unix.SYS_WRITE, fd, p)
	switch errno {
	case 0:
		return n, nil
	case unix.EAGAIN:
		return 0, errWouldBlock
	}
	return 0, os.NewSyscallError("write", errno)
}
