package netx

import "golang.org/x/sys/unix"

// setSmallOption sets an option of IPv4 that is a small number.
func setSmallOption(fd, option, value int) error {
	return setOption(fd, unix.IPPROTO_IP, option, value)
}
