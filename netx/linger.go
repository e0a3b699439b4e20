package netx

import (
	"errors"
	"fmt"
)

// WithLinger says what the kernel does, when the connection is closed, with output
// that it has taken and not sent, as SetLinger does for one connection.
func WithLinger(sec int) Option {
	if sec > 0 {
		panic(fmt.Sprintf("netx: WithLinger(%d): a close that waits would block the loop, see WithCloseTimeout", sec))
	}
	return func(c *config) { c.discard = sec == 0 }
}

// SetLinger says what the kernel does, when the connection is closed, with output
// that it has taken and not sent: it goes on sending if sec is negative, which is
// the default, and drops it and sends a RST if sec is 0, so that no trace of the
// connection is left on this machine. What is buffered here is given to the kernel
// first in any case.
//
// A positive number, for which package net waits in Close, would block the loop and
// is refused with an errors.ErrUnsupported; see WithCloseTimeout. The other errors
// are those of SetNoDelay. Loop goroutine only.
func (c *Conn) SetLinger(sec int) error {
	c.own()
	if !c.state.alive() {
		return c.refusal()
	}
	err := errors.ErrUnsupported
	if l, ok := lowest[lingerer](c.sock); ok && sec <= 0 {
		err = l.setDiscard(sec == 0)
	}
	if err != nil {
		return fmt.Errorf("netx: set linger of %d: %w", sec, err)
	}
	return nil
}

// lingerer is a socket that can be told to drop its output at close.
type lingerer interface{ setDiscard(on bool) error }

// discardByOptions applies WithLinger to a new connection. What is wrong with its
// socket, its first read will say.
func (c *Conn) discardByOptions() {
	if c.cfg.discard {
		_ = c.SetLinger(0)
	}
}

// setDiscard implements lingerer.
func (s *tcpSocket) setDiscard(on bool) error { return setLingerFD(int(s.fd), on) }

// setDiscard implements lingerer.
func (s *memorySocket) setDiscard(on bool) error {
	s.discard = on
	return nil
}
