//go:build unix

package netx

import (
	"errors"
	"net/netip"
	"os"

	"golang.org/x/sys/unix"
)

// openPacket opens a socket for ListenPacket, and tells the protocol.
func (n *Net) openPacket(network, address string, p PacketProtocol, cfg *config) (*PacketConn, error) {
	s := &datagramSocket{net: n}
	err := error(nil)
	if network == "unixgram" {
		err = s.openLocal(address, cfg)
	} else {
		err = s.openUDP(network, address, cfg)
	}
	if err != nil {
		if !errors.Is(err, ErrBadAddress) {
			err = &tagged{ErrCannotListen, err}
		}
		return nil, err
	}
	return &s.conn, n.beginPacket(s, p, cfg, nil)
}

// beginPacket makes the PacketConn of an open socket, or closes that. made, unless
// it is nil, gets it before its protocol does.
func (n *Net) beginPacket(s *datagramSocket, p PacketProtocol, cfg *config, made func(*PacketConn)) error {
	if err := n.moor(); err != nil { // the protocol need not be told of a loop that has stopped
		s.close()
		return err
	}
	if made != nil {
		made(&s.conn)
	}
	if fail := s.conn.start(s, p, cfg); fail != nil {
		return fail
	}
	return nil
}

// openUDP opens a socket that is bound to an address.
func (s *datagramSocket) openUDP(network, address string, cfg *config) error {
	to, err := parsePacketTarget(network, address)
	if err == nil {
		err = to.listenable()
	}
	if err != nil {
		return err
	}
	if !to.wildcard() || network != "udp" {
		return s.bind(listenAddr(to), false, cfg)
	}
	// One socket for both families, if the system has the newer one.
	err = s.bind(netip.AddrPortFrom(netip.IPv6Unspecified(), to.port), true, cfg)
	if errors.Is(err, unix.EAFNOSUPPORT) || errors.Is(err, unix.EADDRNOTAVAIL) || errors.Is(err, unix.EPROTONOSUPPORT) {
		return s.bind(netip.AddrPortFrom(netip.IPv4Unspecified(), to.port), false, cfg)
	}
	return err
}

// bind opens the socket and binds it to an address.
func (s *datagramSocket) bind(at netip.AddrPort, dual bool, cfg *config) (err error) {
	s.family, s.dual = familyOf(at.Addr()), dual
	return s.open(func() error {
		if s.family == unix.AF_INET6 {
			if err := setOption(s.fd, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, number(!dual)); err != nil {
				return err
			}
		}
		if cfg.packet.multiple {
			for _, option := range sharingOptions() {
				if err := setOption(s.fd, unix.SOL_SOCKET, option, 1); err != nil {
					return err
				}
			}
		}
		return bindLocal(s.fd, at)
	})
}

// open makes the socket and has it prepared, or closes it again.
func (s *datagramSocket) open(prepare func() error) (err error) {
	if s.fd, err = newSocket(s.family, unix.SOCK_DGRAM); err != nil {
		return err
	}
	if err := prepare(); err != nil {
		s.discard()
		return err
	}
	sa, err := unix.Getsockname(s.fd)
	if err != nil {
		s.discard()
		return os.NewSyscallError("getsockname", err)
	}
	s.local = packetAddrOf(sa)
	return nil
}

// discard gives a socket back that nobody has seen.
func (s *datagramSocket) discard() {
	if s.bound != nil {
		s.bound.remove()
	}
	closeFD(s.fd)
}

// connectPacket opens a socket that has a peer, and tells the protocol.
func (n *Net) connectPacket(to netip.AddrPort, p PacketProtocol, cfg *config, made func(*PacketConn)) error {
	s := &datagramSocket{net: n, family: familyOf(to.Addr())}
	err := s.open(func() error {
		if err := bindLocal(s.fd, cfg.localAddr); err != nil {
			return err
		}
		sa, err := sockaddrOf(to)
		if err != nil {
			return err
		}
		return os.NewSyscallError("connect", unix.Connect(s.fd, sa))
	})
	if err != nil {
		return err
	}
	if err := s.askPeer(); err != nil {
		s.discard()
		return err
	}
	return n.beginPacket(s, p, cfg, made)
}

// askPeer asks the kernel for the peer, which is another one than was asked for if
// that was an unspecified address.
func (s *datagramSocket) askPeer() error {
	sa, err := unix.Getpeername(s.fd)
	if err != nil {
		return os.NewSyscallError("getpeername", err)
	}
	s.remote = packetAddrOf(sa)
	return nil
}

// openLocal opens a Unix socket that has a name.
func (s *datagramSocket) openLocal(name string, cfg *config) error {
	if err := checkLocalName(name, maxLocalName); err != nil {
		return err
	}
	s.family = unix.AF_UNIX
	return s.open(func() error { return s.bindName(name, cfg) })
}

// bindName gives a Unix socket a name.
func (s *datagramSocket) bindName(name string, cfg *config) (err error) {
	s.bound, err = bindName(s.fd, unix.SOCK_DGRAM, name, cfg, func() error { return nil })
	return err
}

// connectPacketLocal opens a Unix socket that has a peer, and tells the protocol.
func (n *Net) connectPacketLocal(name string, p PacketProtocol, cfg *config, made func(*PacketConn)) error {
	if err := checkPeerName(name, maxLocalName); err != nil {
		return err
	}
	s := &datagramSocket{net: n, family: unix.AF_UNIX}
	err := s.open(func() error {
		if own := cfg.ownLocalName(); own != "" {
			if err := checkLocalName(own, maxLocalName); err != nil {
				return err
			}
			if err := s.bindName(own, cfg); err != nil {
				return err
			}
		}
		return os.NewSyscallError("connect", unix.Connect(s.fd, &unix.SockaddrUnix{Name: name}))
	})
	if err != nil {
		return connectError(err)
	}
	s.remote = PacketAddr{Name: name}
	return n.beginPacket(s, p, cfg, made)
}
