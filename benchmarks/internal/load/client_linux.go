package load

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// client is one connection of a loop.
type client struct {
	fd       int   // -1 after it was lost
	owed     int   // bytes to send that were not taken yet
	out, in  int   // where in a request the next byte to send and to receive is
	answered int   // answers that came; in the closed loop modulo Depth
	handed   int64 // at a fixed rate: requests that are its to send
	blocked  bool
}

// connect makes a connection whose descriptor is not the runtime's: it is
// non-blocking, with TCP_NODELAY, and closed by the caller.
func connect(ctx context.Context, addr string) (int, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return -1, err
	}
	defer conn.Close()
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return -1, fmt.Errorf("load: a connection to %s is a %T", addr, conn)
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return -1, err
	}
	return duplicate(raw)
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
