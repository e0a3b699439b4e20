//go:build unix && !solaris

package netx

import "golang.org/x/sys/unix"

// setReusePortFD sets SO_REUSEPORT.
func setReusePortFD(fd int) error { return setOption(fd, unix.SOL_SOCKET, unix.SO_REUSEPORT, 1) }
