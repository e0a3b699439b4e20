//go:build unix

package netx

import (
	"errors"
	"net"
	"net/netip"
	"os"

	"golang.org/x/sys/unix"
)

// listen opens the socket of p and begins to accept.
func (n *Net) listen(p *Port, to target) error {
	fd, err := openListener(to, p.cfg)
	if err != nil {
		if !errors.Is(err, ErrBadAddress) {
			err = &tagged{ErrCannotListen, err}
		}
		return err
	}
	return n.acceptAt(p, fd, nil)
}

// acceptAt has p accept from a socket that listens, which it owns from then on, and
// the name with it, which is nil for TCP.
func (n *Net) acceptAt(p *Port, fd int, bound *boundName) error {
	a := &acceptor{net: n, port: p, fd: fd, budget: firstBudget, local: bound}
	p.l = a
	if bound != nil {
		p.addr = &net.UnixAddr{Net: "unix", Name: bound.name}
	} else {
		p.addr = net.TCPAddrFromAddrPort(localAddrOf(fd))
	}
	err := n.moor()
	if err == nil { // it gives the reserve back in the end
		n.reserve.take() // without it, a want of descriptors is only handled less well
		err = n.r.AddReader(a)
	}
	if err != nil {
		if bound != nil {
			bound.remove()
		}
		closeFD(fd)
	}
	return err
}

// openListener makes a socket that listens.
func openListener(to target, cfg *config) (int, error) {
	if !to.wildcard() || to.network != "tcp" {
		return listenAt(listenAddr(to), to.network == "tcp6", cfg)
	}
	// One socket for both families, if the system has the newer one.
	fd, err := listenAt(netip.AddrPortFrom(netip.IPv6Unspecified(), to.port), false, cfg)
	if errors.Is(err, unix.EAFNOSUPPORT) || errors.Is(err, unix.EADDRNOTAVAIL) || errors.Is(err, unix.EPROTONOSUPPORT) {
		return listenAt(netip.AddrPortFrom(netip.IPv4Unspecified(), to.port), false, cfg)
	}
	return fd, err
}

// listenAddr returns the one address to listen at.
func listenAddr(to target) netip.AddrPort {
	switch {
	case to.addr.IsValid():
		return netip.AddrPortFrom(to.addr, to.port)
	case to.host != "":
		return netip.AddrPortFrom(to.loopback(), to.port)
	case to.family() == "6":
		return netip.AddrPortFrom(netip.IPv6Unspecified(), to.port)
	}
	return netip.AddrPortFrom(netip.IPv4Unspecified(), to.port)
}

// listenAt makes a socket that listens at an address, which for the unspecified
// one of IPv6 may be for both families.
func listenAt(at netip.AddrPort, only6 bool, cfg *config) (int, error) {
	sa, err := sockaddrOf(at)
	if err != nil {
		return -1, err
	}
	fd, err := newSocket(familyOf(at.Addr()), unix.SOCK_STREAM)
	if err != nil {
		return -1, err
	}
	if err := prepareListener(fd, at, only6, cfg); err != nil {
		closeFD(fd)
		return -1, err
	}
	if err := unix.Bind(fd, sa); err != nil {
		closeFD(fd)
		return -1, os.NewSyscallError("bind", err)
	}
	if err := unix.Listen(fd, cfg.backlog); err != nil {
		closeFD(fd)
		return -1, os.NewSyscallError("listen", err)
	}
	return fd, nil
}

// prepareListener sets the options of a listening socket. Those of TCP are for
// the connections: where accept hands them on, they need not be set for each.
func prepareListener(fd int, at netip.AddrPort, only6 bool, cfg *config) error {
	if err := setOption(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
		return err
	}
	if at.Addr().Is6() {
		if err := setOption(fd, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, number(only6)); err != nil {
			return err
		}
	}
	if cfg.reusePort {
		if err := setReusePortFD(fd); err != nil {
			return err
		}
	}
	if acceptInherits {
		return prepareTCP(fd)
	}
	return nil
}
