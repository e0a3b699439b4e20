package netx

import (
	"os"

	"golang.org/x/sys/unix"
)

// credentialsOf asks for the peer of a Unix socket.
func credentialsOf(fd int) (Credentials, error) {
	peer, err := unix.GetsockoptXucred(fd, unix.SOL_LOCAL, unix.LOCAL_PEERCRED)
	if err != nil {
		return Credentials{}, os.NewSyscallError("getsockopt", err)
	}
	pid, err := unix.GetsockoptInt(fd, unix.SOL_LOCAL, unix.LOCAL_PEERPID)
	if err != nil {
		return Credentials{}, os.NewSyscallError("getsockopt", err)
	}
	return Credentials{PID: pid, UID: int(peer.Uid), GID: int(peer.Groups[0])}, nil
}
