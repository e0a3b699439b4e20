package netx

import (
	"os"

	"golang.org/x/sys/unix"
)

// credentialsOf asks for the peer of a Unix socket.
func credentialsOf(fd int) (Credentials, error) {
	peer, err := unix.GetsockoptUcred(fd, unix.SOL_SOCKET, unix.SO_PEERCRED)
	if err != nil {
		return Credentials{}, os.NewSyscallError("getsockopt", err)
	}
	return Credentials{PID: int(peer.Pid), UID: int(peer.Uid), GID: int(peer.Gid)}, nil
}
