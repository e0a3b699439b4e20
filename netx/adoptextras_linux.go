package netx

import "golang.org/x/sys/unix"

// leaveOutExtras has the kernel add nothing but descriptors to what comes over a Unix
// socket. Systemd can have it add credentials, for which there is no room where
// descriptors are received, or a descriptor of the sender's process, which nobody would
// close. A kernel that does not know one of these cannot have it set.
func leaveOutExtras(fd int) {
	for _, option := range []int{unix.SO_PASSCRED, unix.SO_PASSSEC, unix.SO_PASSPIDFD} {
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, option, 0)
	}
}
