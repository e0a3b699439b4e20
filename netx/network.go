package netx

import (
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/threads"
)

// Network is what a program needs of the world: time, a way in from other
// goroutines, and connections. A *[Net] is one. A program that takes a Network
// and no *Net can be run on another one, such as a simulation.
//
// CallFromThread alone may be called from any goroutine.
type Network interface {
	deferred.Clock
	threads.Caller

	// Now returns the present time, which AfterFunc goes by.
	Now() time.Time

	// Listen accepts connections at an address, see [Net.Listen].
	Listen(network, address string, f Factory, opts ...Option) (*Port, error)

	// Dial connects to an address, see [Net.Dial].
	Dial(network, address string, f Factory, opts ...Option) *deferred.Deferred[Protocol]

	// ListenPacket opens a socket for datagrams at an address, see
	// [Net.ListenPacket].
	ListenPacket(network, address string, p PacketProtocol, opts ...Option) (*PacketConn, error)

	// DialPacket opens a socket for datagrams with one peer, see [Net.DialPacket].
	DialPacket(network, address string, p PacketProtocol, opts ...Option) *deferred.Deferred[*PacketConn]
}

var _ Network = (*Net)(nil)
