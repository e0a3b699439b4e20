package netx

import (
	"errors"
	"net"

	"github.com/spindle-go/spindle/deferred"
)

// The sentinels of this package. Test for them with errors.Is: what a protocol,
// a Deferred or a caller gets also names the addresses and wraps the error of
// the system call behind it, if there is one.
var (
	// ErrConnectionDone is the reason of a connection that ended cleanly: all
	// that was written has been handed to the kernel. It wraps io.EOF when it
	// was the peer who closed, and net.ErrClosed when it was Close.
	ErrConnectionDone = errors.New("netx: connection done")

	// ErrConnectionLost is the reason of a connection that ended in any other
	// way but by a panic of its protocol.
	ErrConnectionLost = errors.New("netx: connection lost")

	// ErrConnectionAborted is the reason of a connection that this side gave up:
	// by Abort, or by a limit that was set for it. It is an ErrConnectionLost.
	ErrConnectionAborted error = &sentinel{text: "netx: connection aborted", kind: ErrConnectionLost}

	// ErrConnectionRefused is the failure of a Dial that nobody answered at the
	// other end. It comes with syscall.ECONNREFUSED.
	ErrConnectionRefused = errors.New("netx: connection refused")

	// ErrCannotListen is Listen's answer when it did not get its address. Most
	// often it comes with syscall.EADDRINUSE or syscall.EACCES.
	ErrCannotListen = errors.New("netx: cannot listen")

	// ErrCannotAdopt is the answer of AdoptConn and the like to what is no such
	// connection, listener or socket for datagrams of the system, and to a
	// connection with WithTLS.
	ErrCannotAdopt = errors.New("netx: cannot adopt")

	// ErrBadAddress is the answer to a network or an address that makes no
	// sense, with what is wrong about it.
	ErrBadAddress = errors.New("netx: bad address")

	// ErrBadEndpoint is the kind of every *[EndpointError]: an endpoint string
	// that makes no sense. It is an ErrBadAddress.
	ErrBadEndpoint error = &sentinel{text: "netx: bad endpoint", kind: ErrBadAddress}

	// ErrActivation is the answer when a socket is wanted that this process was
	// not started with, see [Activation], or when it cannot be told what it was
	// started with.
	ErrActivation = errors.New("netx: no such socket from systemd")

	// ErrNoProtocol is the failure of a Dial whose factory gave no protocol. A
	// factory that wraps it in its error refuses a connection without a fuss.
	ErrNoProtocol = errors.New("netx: the factory gave no protocol")

	// ErrServiceStopped is the failure of those who wait for a connection of a
	// [Service] that was stopped. It is a deferred.ErrCancelled.
	ErrServiceStopped error = &sentinel{text: "netx: the service is stopped", kind: deferred.ErrCancelled}

	// ErrPoolClosed is the failure of those who want a connection of a
	// [ConnectionPool] that was closed. It is a net.ErrClosed.
	ErrPoolClosed error = &sentinel{text: "netx: the connection pool is closed", kind: net.ErrClosed}

	// ErrWriteClosed is the answer to a write after CloseWrite. It is a
	// net.ErrClosed.
	ErrWriteClosed error = &sentinel{text: "netx: the output was closed by CloseWrite", kind: net.ErrClosed}

	// ErrBufferFull is the answer to the write that went past WithMaxBuffered,
	// and stands in the reason of its connection. A PacketConn drops the datagram
	// and goes on.
	ErrBufferFull = errors.New("netx: more output is buffered than WithMaxBuffered allows")

	// ErrProducerRegistered is the answer to RegisterProducer on a connection that
	// has a producer.
	ErrProducerRegistered = errors.New("netx: a producer is registered already")

	// ErrMessageTooLong is the failure of a read that did not find its delimiter
	// within WithReadLimit, stands in the reason of a connection whose peer sent a
	// frame above the limit of its Framing, and is the answer to sending a frame
	// that its length prefix has no room for, or more than a datagram can be.
	ErrMessageTooLong = errors.New("netx: message too long")

	// ErrAlreadyTLS is the failure of StartTLS on a connection that speaks TLS,
	// or is about to.
	ErrAlreadyTLS = errors.New("netx: the connection speaks TLS already")

	// ErrBadFrame is the failure of a read that found no frame of its Framing,
	// stands in the reason of a connection whose peer sent such a thing, and is
	// the answer to sending a frame that the Framing cannot carry.
	ErrBadFrame = errors.New("netx: bad frame")

	// ErrBadProxyHeader is what became of a connection that began with something
	// else than the header of WithProxyProtocol, and the answer to a header that
	// cannot be read or sent.
	ErrBadProxyHeader = errors.New("netx: bad PROXY header")

	// ErrFDsLost is in the reason of a connection whose peer sent descriptors of
	// which some were lost: there were more than WithMaxFDs allows, or this
	// process may not have more. Those that came were closed.
	ErrFDsLost = errors.New("netx: descriptors were lost")

	// ErrUnsupported is the answer of Listen and Dial on platforms for which
	// this package has no sockets. It is an errors.ErrUnsupported.
	ErrUnsupported error = &sentinel{text: "netx: no sockets on this platform", kind: errors.ErrUnsupported}
)

// These stay inside the package.
var (
	// errWouldBlock is what a socket answers when it can do nothing at the moment.
	errWouldBlock = errors.New("netx: would block")

	// errEnded is the kind of the answer to what comes after the end. The text
	// of net.ErrClosed, which is what callers look for, says less.
	errEnded error = &sentinel{text: "netx: the connection has ended", kind: net.ErrClosed}

	// errNoAnswer is what came of a Connect that answered with nil.
	errNoAnswer = errors.New("netx: Connect answered with a nil Deferred")

	// errNoLink is what came of a Connect that did not use the factory it was given.
	errNoLink = errors.New("netx: Connect gave a protocol that is not of the factory it was given")

	// errNotWanted is why a factory gives no protocol to a connection that comes
	// late, or second.
	errNotWanted error = &sentinel{text: "netx: the connection is not wanted any more", kind: ErrNoProtocol}

	// errSelfPipe is what is wrong with a Pipe from a connection to itself.
	errSelfPipe = errors.New("netx: a pipe from a connection to itself")

	// errGoexit is what came of a lookup that ended its goroutine.
	errGoexit = errors.New("netx: the resolver called runtime.Goexit")
)

// sentinel is an error that is of the kind of another one.
type sentinel struct {
	text string
	kind error
}

func (s *sentinel) Error() string { return s.text }

func (s *sentinel) Unwrap() error { return s.kind }
