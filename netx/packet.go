package netx

import (
	"fmt"
	"net"
	"net/netip"
)

// Packet is a datagram that has come.
type Packet struct {
	// Data is what was in it, which may be nothing. PacketReceived gets it for
	// the time of the call; from Receive it is the caller's.
	Data []byte

	// From is its sender. A Unix socket may have no name: then it is the zero
	// value, and there is no way to answer.
	From PacketAddr

	// Truncated says that the datagram was longer, and that the rest is lost,
	// see WithMaxPacket.
	Truncated bool
}

// PacketAddr is the address of a socket for datagrams: IP for UDP, Name for a Unix
// socket. It can be compared with == and be the key of a map, and it is a
// net.Addr. The zero value is no address.
type PacketAddr struct {
	IP   netip.AddrPort
	Name string // a path, or "@name"
}

// IsValid reports whether there is an address.
func (a PacketAddr) IsValid() bool { return a.IP.IsValid() || a.Name != "" }

// Network returns "udp" or "unixgram".
func (a PacketAddr) Network() string {
	if a.IP.IsValid() {
		return "udp"
	}
	return "unixgram"
}

// String returns the address, as ListenPacket and DialPacket take it. The zero
// value gives none.
func (a PacketAddr) String() string {
	if a.IP.IsValid() {
		return a.IP.String()
	}
	return a.Name
}

var _ net.Addr = PacketAddr{}

// badKind is the error for an address that a socket cannot reach.
func badKind(a PacketAddr, kind string) error {
	return fmt.Errorf("%w: %v is not an address for %s", ErrBadAddress, a, kind)
}
