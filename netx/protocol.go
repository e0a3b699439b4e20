package netx

import (
	"net"

	"github.com/spindle-go/spindle/failure"
)

// Protocol is what a program does with one connection. Its methods are called
// on the goroutine of the loop, one after the other, and must not block.
//
// A panic in one of them ends the connection, with the panic as the reason, and
// touches no other one. Where there is no reason to be told any more, which is
// after Abort and in ConnectionLost itself, the panic goes to the handler for
// unhandled failures of package deferred.
type Protocol interface {
	// ConnectionMade is called first, once.
	ConnectionMade(c *Conn)

	// DataReceived is called with what has come, cut in any way. p is valid
	// during the call; copy what is to be kept.
	DataReceived(p []byte)

	// ConnectionLost is called last, once, after the descriptor was closed. It
	// comes from the loop, never from inside a call that the program makes.
	// The reason is one of ErrConnectionDone, ErrConnectionLost and
	// ErrConnectionAborted, with the addresses and the cause, or a panic.
	ConnectionLost(reason *failure.Failure)
}

// HalfCloser is a Protocol that wants to know when one direction was closed and
// the other one still works. When both are closed the connection ends, with
// ErrConnectionDone.
//
// For a Protocol that is none, the end of the input is the end of the
// connection: what is buffered for output is sent first, then it is closed.
type HalfCloser interface {
	// ReadClosed is called, once, when the peer's FIN has come, after all input.
	// Output still works: close it in the end with CloseWrite or Close.
	ReadClosed()

	// WriteClosed is called, once, when all output of a CloseWrite has been
	// handed to the kernel, and the FIN after it.
	WriteClosed()
}

// Factory makes a Protocol for each connection. It is called on the goroutine of
// the loop and must not block.
//
// An error, a nil Protocol or a panic ends that connection before it has begun.
// A Dial fails with the error, with ErrNoProtocol, or with the panic. A Port
// closes the connection and goes on; unless the error is an ErrNoProtocol it
// goes to the handler for unhandled failures of package deferred.
type Factory interface {
	// BuildProtocol makes the Protocol for a connection with the peer at addr.
	BuildProtocol(addr net.Addr) (Protocol, error)
}

// FactoryFunc is a function that is a Factory.
type FactoryFunc func(addr net.Addr) (Protocol, error)

// BuildProtocol calls f.
func (f FactoryFunc) BuildProtocol(addr net.Addr) (Protocol, error) { return f(addr) }

// build calls the factory. A panic is an error here.
func build(f Factory, addr net.Addr) (p Protocol, err error) {
	defer func() {
		if v := recover(); v != nil {
			p, err = nil, failure.Recovered(v)
		}
	}()
	p, err = f.BuildProtocol(addr)
	if err == nil && p == nil {
		err = ErrNoProtocol
	}
	return p, err
}
