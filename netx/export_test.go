package netx

import (
	"net"
	"net/netip"
	"unsafe"
)

// How much memory an idle connection takes, without the reactor's part.
const (
	ConnSize   = unsafe.Sizeof(Conn{})
	SocketSize = unsafe.Sizeof(tcpSocket{})

	// GovernedSize is what an idle timeout, a rate or a counter adds to that.
	GovernedSize = unsafe.Sizeof(extra{}) + unsafe.Sizeof(governor{})
)

// ErrWouldBlock lets a test's socket answer what a socket answers.
var ErrWouldBlock = errWouldBlock

// Faults change what the socket of a connection does. A nil one changes nothing.
type Faults struct {
	Read  func(p []byte, read func([]byte) (int, error)) (int, error)
	Write func(p []byte, write func([]byte) (int, error)) (int, error)
	Want  func(read, write bool) error
	Shut  func() error // before the FIN
}

// Misbehave puts faults between c and its socket.
func Misbehave(c *Conn, f Faults) { c.sock = &faulty{socket: c.sock, f: f} }

// MisbehaveBelow puts faults below the governor of c.
func MisbehaveBelow(c *Conn, f Faults) {
	g := c.sock.(*governor)
	g.socket = &faulty{socket: g.socket, f: f}
}

type faulty struct {
	socket
	f Faults
}

func (s *faulty) read(p []byte) (int, error) {
	if s.f.Read == nil {
		return s.socket.read(p)
	}
	return s.f.Read(p, s.socket.read)
}

func (s *faulty) write(p []byte) (int, error) {
	if s.f.Write == nil {
		return s.socket.write(p)
	}
	return s.f.Write(p, s.socket.write)
}

// writev writes the first piece that is not empty, as a short write would.
func (s *faulty) writev(pieces [][]byte) (int, error) {
	for len(pieces[0]) == 0 {
		pieces = pieces[1:]
	}
	return s.write(pieces[0])
}

func (s *faulty) want(read, write bool) error {
	if s.f.Want != nil {
		if err := s.f.Want(read, write); err != nil {
			return err
		}
	}
	return s.socket.want(read, write)
}

func (s *faulty) closeWrite() error {
	if s.f.Shut != nil {
		if err := s.f.Shut(); err != nil {
			return err
		}
	}
	return s.socket.closeWrite()
}

// FDOf returns the descriptor of a connection over TCP.
func FDOf(c *Conn) int { return c.sock.(*tcpSocket).FD() }

// ParseTarget takes an address apart.
func ParseTarget(network, address string) (host string, port uint16, literal bool, err error) {
	t, err := parseTarget(network, address)
	return t.host, t.port, t.addr.IsValid(), err
}

// PeerOf returns what a peer is counted by.
func PeerOf(addr net.Addr) netip.Addr { return peerOf(addr) }
