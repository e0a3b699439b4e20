//go:build unix

package netx

import (
	"io"
	"net/netip"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// readResult is what a socket answers for the result of a read.
func readResult(n int, errno syscall.Errno) (int, error) {
	if errno == 0 && n == 0 {
		return 0, io.EOF
	}
	return n, callError("read", errno)
}

// closeFD closes a descriptor. What the kernel answers changes nothing: the
// number is free in any case.
func closeFD(fd int) { _ = unix.Close(fd) }

// shutdownFD sends the FIN.
func shutdownFD(fd int) error { return os.NewSyscallError("shutdown", unix.Shutdown(fd, unix.SHUT_WR)) }

// resetOnClose makes close send a RST. Where the kernel refuses, the connection
// is broken already.
func resetOnClose(fd int) {
	_ = unix.SetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1, Linger: 0})
}

// setLingerFD sets SO_LINGER to no time at all, or has the kernel send all that it
// has been given.
func setLingerFD(fd int, discard bool) error {
	l := unix.Linger{Onoff: int32(number(discard))}
	return os.NewSyscallError("setsockopt", unix.SetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER, &l))
}

// localAddrOf asks the kernel for the address of this end. The zero value says
// that there is none.
func localAddrOf(fd int) netip.AddrPort {
	sa, err := unix.Getsockname(fd)
	if err != nil {
		return netip.AddrPort{}
	}
	return addrPortOf(sa)
}

// setNoDelayFD sets TCP_NODELAY.
func setNoDelayFD(fd int, on bool) error {
	return setOption(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, number(on))
}

// setKeepAliveFD sets SO_KEEPALIVE, and the times that go with it.
func setKeepAliveFD(fd int, on bool) error {
	if on {
		for option, value := range keepAliveTimes() {
			if err := setOption(fd, unix.IPPROTO_TCP, option, value); err != nil {
				return err
			}
		}
	}
	return setOption(fd, unix.SOL_SOCKET, unix.SO_KEEPALIVE, number(on))
}

// prepareTCP sets the options that every connection begins with.
func prepareTCP(fd int) error {
	if err := setNoDelayFD(fd, true); err != nil {
		return err
	}
	return setKeepAliveFD(fd, true)
}

func setOption(fd, level, option, value int) error {
	return os.NewSyscallError("setsockopt", unix.SetsockoptInt(fd, level, option, value))
}

func number(on bool) int {
	if on {
		return 1
	}
	return 0
}
