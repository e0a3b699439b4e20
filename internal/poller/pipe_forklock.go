//go:build aix || darwin

package poller

import (
	"errors"
	"syscall"

	"golang.org/x/sys/unix"
)

// openPipe opens the pipe where there is no pipe2(2). The lock keeps a fork
// from happening before the ends are marked to be closed on exec, or a child
// would inherit them.
func openPipe() (pipe, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	var fds [2]int
	if err := unix.Pipe(fds[:]); err != nil {
		return newPipe(nil, err)
	}
	for _, fd := range fds {
		unix.CloseOnExec(fd)
		if err := unix.SetNonblock(fd, true); err != nil {
			return newPipe(nil, errors.Join(err, unix.Close(fds[0]), unix.Close(fds[1])))
		}
	}
	return newPipe(fds[:], nil)
}
