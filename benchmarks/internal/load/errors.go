package load

import "errors"

var (
	// ErrUnsupported is the answer of Run on a system without epoll.
	ErrUnsupported = errors.New("load: driving a server needs Linux")

	// ErrConfig is the answer to a Config that makes no sense; the error says which
	// part of it.
	ErrConfig = errors.New("load: wrong configuration")

	// ErrConnectionsLost is the answer when the server has ended all connections.
	ErrConnectionsLost = errors.New("load: the server has closed all connections")

	// ErrWrongEcho is the answer of Hold when a server sends back something else.
	ErrWrongEcho = errors.New("load: the server has not echoed what was sent")
)
