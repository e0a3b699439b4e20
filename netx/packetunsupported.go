//go:build !unix

package netx

import "net/netip"

// Where there is no Unix there are no sockets for datagrams: ListenPacket and
// DialPacket say so. A PacketPair works everywhere.

func (*Net) openPacket(string, string, PacketProtocol, *config) (*PacketConn, error) {
	return nil, ErrUnsupported
}

func (*Net) connectPacket(netip.AddrPort, PacketProtocol, *config, func(*PacketConn)) error {
	return ErrUnsupported
}

func (*Net) connectPacketLocal(string, PacketProtocol, *config, func(*PacketConn)) error {
	return ErrUnsupported
}

func (*Net) adoptPacket(int, PacketProtocol, []Option) (*PacketConn, error) {
	return nil, ErrUnsupported
}
