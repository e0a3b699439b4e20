//go:build unix

package netx

import (
	"errors"
	"fmt"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// adopt has p accept from a socket that listens already, which it takes over unless
// there is an error.
func (n *Net) adopt(p *Port, fd int) error {
	if err := checkListener(fd); err != nil {
		return err
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		return os.NewSyscallError("fcntl", err)
	}
	if acceptInherits {
		if err := prepareTCP(fd); err != nil {
			return err
		}
	}
	return n.acceptFrom(p, fd)
}

// checkListener says what keeps fd from being a socket of TCP that listens.
func checkListener(fd int) error {
	kind, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TYPE)
	if err != nil {
		return os.NewSyscallError("getsockopt", err)
	}
	listens, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ACCEPTCONN)
	if err != nil {
		return os.NewSyscallError("getsockopt", err)
	}
	switch {
	case kind != unix.SOCK_STREAM:
		return errors.New("it is no socket of streams")
	case listens == 0:
		return errors.New("the socket does not listen")
	}
	if addr := localAddrOf(fd); !addr.IsValid() {
		return fmt.Errorf("the socket is not one of TCP: %w", errors.ErrUnsupported)
	}
	return nil
}

// acceptFrom begins to accept from a socket that listens. With an error the socket
// is the caller's.
func (n *Net) acceptFrom(p *Port, fd int) error {
	a := &acceptor{net: n, port: p, fd: fd, budget: firstBudget}
	if p.cfg.proxy.use != nil {
		a.waits = make(map[*proxyWait]struct{})
	}
	p.l, p.addr = a, net.TCPAddrFromAddrPort(localAddrOf(fd))
	if err := n.moor(); err != nil { // it gives the reserve back in the end
		return err
	}
	n.reserve.take() // without it, a want of descriptors is only handled less well
	return n.r.AddReader(a)
}

// keepFromChildren makes fd close on exec.
func keepFromChildren(fd int) error {
	_, err := unix.FcntlInt(uintptr(fd), unix.F_SETFD, unix.FD_CLOEXEC)
	return os.NewSyscallError("fcntl", err)
}
