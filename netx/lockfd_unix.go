//go:build unix && !aix

package netx

import "golang.org/x/sys/unix"

// lockFD locks what fd is, or fails with EWOULDBLOCK.
func lockFD(fd int) error { return unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB) }
