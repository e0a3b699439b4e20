//go:build unix && !aix

package netx

import (
	"os"

	"golang.org/x/sys/unix"
)

// dupFD copies a descriptor. The copy is closed on exec.
func dupFD(fd int) (int, error) {
	dup, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
	return dup, os.NewSyscallError("fcntl", err)
}
