//go:build unix

package netx

import (
	"errors"
	"fmt"
	"net"
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
	switch {
	case err != nil:
	case p.cfg.proxy.use != nil:
		// To serve what comes without looking for the header would be worse.
		err = fmt.Errorf("the PROXY protocol on a Unix socket: %w", errors.ErrUnsupported)
	default:
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
	a := &acceptor{net: n, port: p, fd: fd, budget: firstBudget, local: bound}
	p.l, p.addr = a, &net.UnixAddr{Net: "unix", Name: bound.name}
	if err = n.moor(); err == nil { // as for TCP
		n.reserve.take()
		err = n.r.AddReader(a)
	}
	if err != nil {
		bound.remove()
		closeFD(fd)
	}
	return err
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

// serveLocal makes a connection of a descriptor that was accepted.
func (a *acceptor) serveLocal(fd int, sa unix.Sockaddr) {
	remote := localNameOf(sa, nil)
	if a.port.cfg.tls != nil {
		s := newLocalSocket(a.net, fd, a.local.name, remote)
		a.port.secure(&s.conn, s)
		return
	}
	proto := a.port.protocol(&net.UnixAddr{Net: "unix", Name: remote})
	if proto == nil {
		closeFD(fd)
		return
	}
	s := newLocalSocket(a.net, fd, a.local.name, remote)
	s.conn.begin(s, proto, a.port.cfg)
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
