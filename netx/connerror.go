package netx

import (
	"context"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// connError says what became of one connection. Its text is put together when
// somebody reads it.
type connError struct {
	kind          error // one of the sentinels
	local, remote net.Addr
	cause         error // or nil
}

func (e *connError) Error() string {
	text := fmt.Sprintf("%v: %s", e.kind, route(e.local, e.remote))
	if e.cause != nil {
		text += ": " + e.cause.Error()
	}
	return text
}

// route names the two ends of something. A socket for datagrams may have no peer, and
// that of a Unix socket most often has no name.
func route(local, remote net.Addr) string {
	if to := remote.String(); to != "" {
		return local.String() + "->" + to
	}
	return local.String()
}

// Unwrap lets errors.Is find the kind and the cause.
func (e *connError) Unwrap() []error {
	if e.cause == nil {
		return []error{e.kind}
	}
	return []error{e.kind, e.cause}
}

// because returns a failure of this connection. No place is taken along: it
// would be one in the loop, which tells nobody anything.
func (c *Conn) because(kind, cause error) *failure.Failure {
	return failure.At(c.errorOf(kind, cause), 0)
}

// errorOf returns an error of this connection.
func (c *Conn) errorOf(kind, cause error) error {
	return &connError{kind: kind, local: c.sock.localAddr(), remote: c.sock.remoteAddr(), cause: cause}
}

// timeoutError is a deadline of a connection that ran out.
type timeoutError struct {
	what  string
	after time.Duration
}

func (e *timeoutError) Error() string { return fmt.Sprintf("%s timed out after %v", e.what, e.after) }

// Is makes it the timeout of this module, of context and of package net.
func (e *timeoutError) Is(target error) bool {
	return target == deferred.ErrTimeout || target == context.DeadlineExceeded || target == os.ErrDeadlineExceeded
}

// Timeout makes it a timeout in the sense of net.Error.
func (e *timeoutError) Timeout() bool { return true }
