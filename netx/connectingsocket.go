package netx

import (
	"net/netip"

	"github.com/spindle-go/spindle/failure"
)

// connectingSocket is a socket that waits to become connected, as one of several
// that a Dial may have. Loop goroutine only.
type connectingSocket struct {
	// Fixed.
	attempt *attempt
	lane    int
	remote  netip.AddrPort

	fd int
}

// FD implements reactor.WriteDescriptor.
func (s *connectingSocket) FD() int { return s.fd }

// DoWrite is called when the kernel knows what became of the connection.
func (s *connectingSocket) DoWrite() error {
	a := s.attempt
	a.net.env.own()
	peer, err := connectResult(s.fd)
	switch {
	case err != nil:
		s.giveUp()
		a.race.fail(s.lane, err)
	case peer.IsValid():
		if s.remote.Addr().IsUnspecified() {
			s.remote = peer // the kernel has chosen one of this machine
		}
		a.net.r.RemoveWriter(s)
		a.race.win(s.lane)
		a.connected(s.fd, s.remote)
	}
	return nil
}

// ConnectionLost is called when the reactor has stopped.
func (s *connectingSocket) ConnectionLost(reason *failure.Failure) { s.attempt.ConnectionLost(reason) }

// giveUp implements runner. The reactor forgets the descriptor first, since the
// kernel gives its number to the next one who asks.
func (s *connectingSocket) giveUp() {
	s.attempt.net.r.RemoveWriter(s)
	closeFD(s.fd)
	s.fd = -1
}
