package netx

import (
	"errors"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// hangups learns of parked sockets that their peer has gone. The poller of the
// reactor cannot: while nothing is read, what has arrived would wake it over and
// over again. So there is an epoll instance beside it that asks for hang-ups
// alone, each once (edge-triggered), and the reactor watches that one.
type hangups struct {
	fd     int
	parked shrinkingMap[int32, *tcpSocket]
}

// openHangups makes the epoll instance.
func openHangups() (hangups, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return hangups{}, os.NewSyscallError("epoll_create1", err)
	}
	return hangups{fd: fd}, nil
}

func (h *hangups) close() { closeFD(h.fd) }

// watch begins to look after s.
func (h *hangups) watch(s *tcpSocket) error {
	ev := unix.EpollEvent{Events: unix.EPOLLRDHUP | unix.EPOLLET, Fd: s.fd}
	if err := unix.EpollCtl(h.fd, unix.EPOLL_CTL_ADD, int(s.fd), &ev); err != nil {
		return os.NewSyscallError("epoll_ctl", err)
	}
	h.parked.set(s.fd, s)
	return nil
}

// forget ends watch. The kernel can only say that it has forgotten already.
func (h *hangups) forget(s *tcpSocket) {
	h.parked.remove(s.fd)
	_ = unix.EpollCtl(h.fd, unix.EPOLL_CTL_DEL, int(s.fd), nil)
}

// hungUp tells those whose peer has gone. An event of a descriptor that was
// closed meanwhile, and is another one's by now, does no harm: each socket asks
// the kernel again.
func (h *hangups) hungUp() {
	var events [64]unix.EpollEvent
	n, err := unix.EpollWait(h.fd, events[:], 0)
	if err != nil {
		return // a signal; the events are still there in the next turn
	}
	for _, ev := range events[:n] {
		if s := h.parked.entries[ev.Fd]; s != nil {
			if err := s.peerGone(); err != nil {
				s.conn.hungUp(err)
			}
		}
	}
}

// peerGone says what became of the peer: nil if it is there, or if input stands
// before its FIN, io.EOF for a FIN, or the error that is on the socket.
func (s *tcpSocket) peerGone() error {
	fd := int(s.fd)
	if errno, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR); err == nil && errno != 0 {
		return os.NewSyscallError("read", unix.Errno(errno))
	}
	var one [1]byte
	n, _, err := unix.Recvfrom(fd, one[:], unix.MSG_PEEK|unix.MSG_DONTWAIT)
	switch {
	case err == nil && n == 0:
		return io.EOF
	case err == nil, errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EINTR):
		return nil
	}
	return os.NewSyscallError("read", err)
}
