package netx

import "github.com/spindle-go/spindle/failure"

// PacketProtocol is what a program does with the datagrams of one socket. Its
// methods are called on the goroutine of the loop, one after the other, and must
// not block. It is Twisted's DatagramProtocol.
//
// A panic in ConnectionMade ends the socket. Any other one goes to the handler for
// unhandled failures of package deferred, and the next datagram is delivered:
// datagrams have nothing to do with one another, and a sender that makes a
// protocol panic must not take it away from the others.
type PacketProtocol interface {
	// ConnectionMade is called first, once, when the socket can be used.
	ConnectionMade(c *PacketConn)

	// PacketReceived is called with each datagram. Its Data is valid during the
	// call; copy what is to be kept.
	PacketReceived(p Packet)

	// ConnectionLost is called last, once, after the descriptor was closed. It
	// comes from the loop, never from inside a call that the program makes. The
	// reason is as that of a Protocol.
	ConnectionLost(reason *failure.Failure)
}

// PacketErrorReceiver is a PacketProtocol that wants to know what the kernel tells
// of datagrams that were sent before. It tells of few, and in connected mode
// only; what it says of is lost, and what it says nothing of may be lost too.
// Twisted has connectionRefused for it.
type PacketErrorReceiver interface {
	// ErrorReceived is called with an ErrConnectionRefused when nobody is at the
	// peer's port; and with what became of a datagram that had to wait and then
	// could not be sent, such as an ErrMessageTooLong. The socket goes on.
	ErrorReceived(err error)
}
