//go:build unix && !linux

package netx

import (
	"errors"

	"golang.org/x/sys/unix"
)

// datagramCall makes the system calls of a datagramSocket.
type datagramCall struct{}

// receive reads one datagram. The error is an errno.
func (*datagramCall) receive(fd int, p []byte) (n int, from PacketAddr, truncated bool, err error) {
	for {
		n, _, flags, sa, err := unix.Recvmsg(fd, p, nil, 0)
		if err == nil {
			return n, packetAddrOf(sa), flags&unix.MSG_TRUNC != 0, nil
		}
		if !errors.Is(err, unix.EINTR) {
			return 0, PacketAddr{}, false, err
		}
	}
}

// send sends one datagram, to the peer if to is the zero value. The error is an
// errno.
func (*datagramCall) send(fd int, p []byte, to PacketAddr) error {
	var sa unix.Sockaddr
	switch {
	case to.IP.IsValid():
		var err error
		if sa, err = sockaddrOf(to.IP); err != nil {
			return err
		}
	case to.Name != "":
		sa = &unix.SockaddrUnix{Name: to.Name}
	}
	for {
		_, err := unix.SendmsgN(fd, p, nil, sa, 0)
		if !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}
