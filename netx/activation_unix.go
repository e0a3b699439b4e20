//go:build unix

package netx

import (
	"os"

	"golang.org/x/sys/unix"
)

// keepFromChildren makes fd close on exec.
func keepFromChildren(fd int) error {
	_, err := unix.FcntlInt(uintptr(fd), unix.F_SETFD, unix.FD_CLOEXEC)
	return os.NewSyscallError("fcntl", err)
}
