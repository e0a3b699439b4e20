//go:build dragonfly || freebsd || linux || netbsd || openbsd || solaris

package poller

import "golang.org/x/sys/unix"

// openPipe opens the pipe with its flags in one call.
func openPipe() (pipe, error) {
	var fds [2]int
	err := unix.Pipe2(fds[:], unix.O_NONBLOCK|unix.O_CLOEXEC)
	return newPipe(fds[:], err)
}
