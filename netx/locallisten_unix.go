//go:build unix

package netx

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// listenLocal is Listen for Unix stream sockets.
func (n *Net) listenLocal(name string, f Factory, opts []Option) (*Port, error) {
	p := newPort(n, f, opts)
	err := checkLocalName(name, maxLocalName)
	if err == nil {
		err = p.cfg.tls.servable()
	}
	if err == nil {
		err = n.openLocal(p, name)
	}
	if err != nil {
		return nil, &opError{op: "listen", network: "unix", address: name, err: err}
	}
	return p, nil
}

// openLocal opens the socket of p and begins to accept.
func (n *Net) openLocal(p *Port, name string) error {
	fd, bound, err := listenAtLocal(name, p.cfg)
	if err != nil {
		return &tagged{ErrCannotListen, err}
	}
	return n.acceptAt(p, fd, bound)
}

// listenAtLocal makes a socket that listens.
func listenAtLocal(name string, cfg *config) (int, *boundName, error) {
	fd, err := newSocket(unix.AF_UNIX, unix.SOCK_STREAM)
	if err != nil {
		return -1, nil, err
	}
	bound, err := bindName(fd, unix.SOCK_STREAM, name, cfg, func() error {
		return os.NewSyscallError("listen", unix.Listen(fd, cfg.backlog))
	})
	if err != nil {
		closeFD(fd)
		return -1, nil, err
	}
	return fd, bound, nil
}

// connectLocal makes a socket that is connected. A peer whose queue is full gives
// errWouldBlock: there is nothing to wait for that the kernel would tell of.
func connectLocal(name string) (int, error) {
	fd, err := newSocket(unix.AF_UNIX, unix.SOCK_STREAM)
	if err != nil {
		return -1, err
	}
	switch err = unix.Connect(fd, &unix.SockaddrUnix{Name: name}); {
	case err == nil:
		return fd, nil
	case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EINTR), errors.Is(err, unix.EINPROGRESS):
		err = errWouldBlock
	default:
		err = os.NewSyscallError("connect", err)
	}
	closeFD(fd)
	return -1, err
}
