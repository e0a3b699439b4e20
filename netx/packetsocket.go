package netx

import (
	"errors"
	"net/netip"
	"syscall"
)

// packetSocket is what a PacketConn works on, as socket is for a Conn. Its owner
// calls the PacketConn: readable or writable only when that is wanted, and over
// again for as long as it lasts; lost when it is taken away. It never calls from
// inside one of the methods below, and after close nothing at all.
type packetSocket interface { //nolint:interfacebloat // as for socket
	// receive reads one datagram into p, and cuts off what does not fit. Without
	// one it answers errWouldBlock. Any other error is about a datagram that was
	// sent, or about the socket, see fatal.
	receive(p []byte) (n int, from PacketAddr, truncated bool, err error)

	// send sends one datagram, to the peer if to is the zero value, and keeps no
	// hold of p. Beside errors it answers errWouldBlock, when writable will be
	// called, and errNoRoom, when nothing will tell that there is room again.
	send(p []byte, to PacketAddr) error

	// want says which of readable and writable are called from now on.
	want(read, write bool) error

	// close gives the socket back.
	close()

	// localAddr and remoteAddr answer after close, too. Without a peer the
	// remote one is the zero value.
	localAddr() PacketAddr
	remoteAddr() PacketAddr
}

// packetTuner is a packetSocket that has the options of UDP.
type packetTuner interface {
	setBroadcast(on bool) error
	setBuffer(input bool, size int) error
	member(group netip.Addr, iface string, join bool) error
	setMulticastTTL(hops int) error
	setMulticastLoopback(on bool) error
	setMulticastInterface(iface string) error
}

// errNoRoom is what a packetSocket answers when the system has no room for the
// datagram now and will not tell when, and a socket when it has no memory.
var errNoRoom = errors.New("netx: no room")

// fatal reports whether an error of receive says that there is no socket any more.
// All others are about one datagram, or one peer.
func fatal(err error) bool {
	errno, _ := errors.AsType[syscall.Errno](err)
	switch errno {
	case syscall.EBADF, syscall.ENOTSOCK, syscall.EINVAL, syscall.EFAULT:
		return true
	}
	return false
}
