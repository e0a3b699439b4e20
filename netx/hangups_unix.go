//go:build unix && !linux

package netx

import "golang.org/x/sys/unix"

// hangups is a descriptor that is never ready. Without epoll there is no way to
// ask for the hang-ups of a socket alone, so a paused connection learns of its
// peer's end when it looks for itself again.
type hangups struct{ fd int }

// openHangups opens a socket that nobody can write to.
func openHangups() (hangups, error) {
	fd, err := newSocket(unix.AF_UNIX, unix.SOCK_DGRAM)
	return hangups{fd: fd}, err
}

func (h *hangups) close() { closeFD(h.fd) }

func (h *hangups) watch(*tcpSocket) error { return nil }
func (h *hangups) forget(*tcpSocket)      {}
func (h *hangups) hungUp()                {}
