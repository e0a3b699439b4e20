//go:build unix

package netx

import (
	"errors"
	"fmt"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// duplicate returns a descriptor for the same socket that is non-blocking and
// closed on exec.
func duplicate(fd int) (int, error) {
	dup, err := dupFD(fd)
	if err != nil {
		return -1, err
	}
	if err := unix.SetNonblock(dup, true); err != nil {
		closeFD(dup)
		return -1, os.NewSyscallError("fcntl", err)
	}
	return dup, nil
}

// connectedEnds returns what a connection joins.
func connectedEnds(fd int) (streamEnds, error) {
	near, err := socketOf(fd, unix.SOCK_STREAM)
	if err != nil {
		return streamEnds{}, err
	}
	far, err := unix.Getpeername(fd)
	if err != nil {
		return streamEnds{}, os.NewSyscallError("getpeername", err)
	}
	if _, ok := near.(*unix.SockaddrUnix); ok {
		leaveOutExtras(fd)
		return streamEnds{local: true, from: localNameOf(near, nil), to: localNameOf(far, nil)}, nil
	}
	return streamEnds{remote: addrPortOf(far)}, nil
}

// listeningSocket returns the address that fd listens at, or says what keeps it from
// being listened at. It sets the options that connections of TCP begin with.
func listeningSocket(fd int) (net.Addr, error) {
	sa, err := socketOf(fd, unix.SOCK_STREAM)
	if err != nil {
		return nil, err
	}
	// Not every system can tell; there the first accept does.
	if on, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ACCEPTCONN); err == nil && on == 0 {
		return nil, errors.New("it does not listen")
	}
	if _, ok := sa.(*unix.SockaddrUnix); ok {
		leaveOutExtras(fd)
		return &net.UnixAddr{Net: "unix", Name: localNameOf(sa, nil)}, nil
	}
	if acceptInherits {
		err = prepareTCP(fd)
	}
	return net.TCPAddrFromAddrPort(addrPortOf(sa)), err
}

// acceptAdopted has p accept from a socket that somebody else has bound. Its path, if
// it has one, is not ours to remove.
func (n *Net) acceptAdopted(p *Port, fd int) error {
	sa, err := unix.Getsockname(fd)
	if _, ok := sa.(*unix.SockaddrUnix); ok {
		return n.acceptAt(p, fd, &boundName{name: localNameOf(sa, err)})
	}
	return n.acceptAt(p, fd, nil)
}

// socketOf returns the address of a socket of the internet or of Unix, or says what fd
// is if it is not one of that kind.
func socketOf(fd, kind int) (unix.Sockaddr, error) {
	is, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TYPE)
	if err != nil {
		return nil, os.NewSyscallError("getsockopt", err)
	}
	sa, err := unix.Getsockname(fd)
	if err != nil && !errors.Is(err, unix.EAFNOSUPPORT) {
		return nil, os.NewSyscallError("getsockname", err)
	}
	family := "socket of another family than IP or Unix"
	switch sa.(type) {
	case *unix.SockaddrInet4, *unix.SockaddrInet6:
		family = "socket of IP"
	case *unix.SockaddrUnix:
		family = "Unix socket"
	default:
		kind = -1
	}
	if is != kind {
		return nil, fmt.Errorf("it is a %s %s", kindOfSocket(is), family)
	}
	return sa, nil
}

// kindOfSocket returns the word for a SO_TYPE.
func kindOfSocket(kind int) string {
	switch kind {
	case unix.SOCK_STREAM:
		return "stream"
	case unix.SOCK_DGRAM:
		return "datagram"
	case unix.SOCK_SEQPACKET:
		return "seqpacket"
	case unix.SOCK_RAW:
		return "raw"
	}
	return fmt.Sprintf("type %d", kind)
}
