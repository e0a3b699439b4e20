package netx

import (
	"fmt"

	"github.com/spindle-go/spindle/deferred"
)

// ListenPacket opens a socket for datagrams at an address, and calls
// ConnectionMade of p before it returns. With a nil p, datagrams are asked for
// with Receive.
//
// The network is "udp", "udp4" or "udp6", with an address as for Listen; for "udp"
// without a host, or with an unspecified one, it takes datagrams of both families
// where the system can do that. Or it is "unixgram", with a path or an abstract
// name as for Listen's "unix", and the same rules about files.
//
// Errors, all with the address: ErrBadAddress; ErrCannotListen with what the
// kernel says, such as syscall.EADDRINUSE; a panic in ConnectionMade, after which p
// gets ConnectionLost; ErrUnsupported; what the reactor says when it cannot watch
// the socket. It does not block. Loop goroutine only. It is Twisted's listenUDP
// and listenUNIXDatagram.
func (n *Net) ListenPacket(network, address string, p PacketProtocol, opts ...Option) (*PacketConn, error) {
	n.env.own()
	c, err := n.openPacket(network, address, p, n.config(opts))
	if err != nil {
		return nil, packetFailure("listen", network, address, err)
	}
	return c, nil
}

// DialPacket opens a socket for datagrams that has one peer: it hears from that
// one alone, and is told of some errors, see [PacketErrorReceiver]. The Deferred
// fires with it when ConnectionMade of p has returned, in the next turn at the
// earliest. With a nil p, datagrams are asked for with Receive.
//
// Networks and addresses are as for ListenPacket, but the host of "udp" may be a
// name, which is looked up off the loop, and the first address of it that the
// machine has a route to is taken. Nothing is sent: that nobody is at the other
// end shows only later, but for a path that nobody has, which fails with
// ErrConnectionRefused or syscall.ENOENT. WithLocalAddr and WithLocalName set the
// address of this end.
//
// Other failures are those of [Net.Dial]. Loop goroutine only.
func (n *Net) DialPacket(network, address string, p PacketProtocol, opts ...Option) *deferred.Deferred[*PacketConn] {
	n.env.own()
	a := &packetAttempt{net: n, proto: p, cfg: n.config(opts), network: network, address: address}
	a.d = deferred.New(a.cancel)
	a.start()
	return a.d
}

// parsePacketTarget takes the address of a UDP socket apart.
func parsePacketTarget(network, address string) (target, error) {
	return parseTargetOf("udp", network, address)
}

// packetFailure returns what a ListenPacket or DialPacket failed with.
func packetFailure(op, network, address string, err error) error {
	if isPanicError(err) {
		return err
	}
	return &opError{op: op, network: network, address: address, err: err}
}

// errNoRoute says that a name has no address that can be used.
func errNoRoute(host, network string) error {
	return fmt.Errorf("%w: %q has no address for %s", ErrBadAddress, host, network)
}
