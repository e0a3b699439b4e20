//go:build unix && !linux

package netx

import (
	"os"

	"golang.org/x/sys/unix"
)

// setSmallOption sets an option of IPv4 that is a small number, and has the size
// of one on some systems.
func setSmallOption(fd, option, value int) error {
	return os.NewSyscallError("setsockopt", unix.SetsockoptByte(fd, unix.IPPROTO_IP, option, byte(value)))
}
