package netx

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// dupFD copies a descriptor. The copy is closed on exec, and the lock keeps a fork
// from happening before that.
func dupFD(fd int) (int, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	dup, err := unix.Dup(fd)
	if err != nil {
		return -1, os.NewSyscallError("dup", err)
	}
	unix.CloseOnExec(dup)
	return dup, nil
}
