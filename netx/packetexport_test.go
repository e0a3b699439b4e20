package netx

// ErrNoRoom lets a test's socket answer what a socket answers.
var ErrNoRoom = errNoRoom

// PacketFaults change what the socket of a PacketConn does. A nil one changes
// nothing.
type PacketFaults struct {
	Receive func(receive func() error) error
	Send    func(p []byte, send func() error) error
	Want    func() error

	// Full says that there is no room: writable is not called. Rewatch looks again.
	Full *bool
}

// Rewatch has the socket of c asked again for what c wants.
func Rewatch(c *PacketConn) { c.watch() }

// MisbehavePackets puts faults between c and its socket.
func MisbehavePackets(c *PacketConn, f PacketFaults) {
	c.sock = &faultyPackets{packetSocket: c.sock, f: f}
}

type faultyPackets struct {
	packetSocket
	f PacketFaults
}

func (s *faultyPackets) receive(p []byte) (n int, from PacketAddr, truncated bool, err error) {
	receive := func() error {
		n, from, truncated, err = s.packetSocket.receive(p)
		return err
	}
	if s.f.Receive != nil {
		err = s.f.Receive(receive)
	} else {
		err = receive()
	}
	return n, from, truncated, err
}

func (s *faultyPackets) send(p []byte, to PacketAddr) error {
	send := func() error { return s.packetSocket.send(p, to) }
	if s.f.Send == nil {
		return send()
	}
	return s.f.Send(p, send)
}

func (s *faultyPackets) want(read, write bool) error {
	if s.f.Want != nil {
		if err := s.f.Want(); err != nil {
			return err
		}
	}
	return s.packetSocket.want(read, write && (s.f.Full == nil || !*s.f.Full))
}
