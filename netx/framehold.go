package netx

import (
	"io"

	"github.com/spindle-go/spindle/failure"
)

// The methods here are what a Conn does for a FrameConn on it, which has input
// that the Conn has delivered and the protocol has not.

// hold keeps a clean end after the peer's FIN from coming, as long as it is on.
func (c *Conn) hold(on bool) {
	if c.held && !on && c.state == leaving {
		c.soon()
	}
	c.held = on
}

// delivers reports whether the protocol may get what had come.
func (c *Conn) delivers() bool {
	return c.state.reads() || c.state == inputClosed || c.state == lastFlush || c.state == leaving && c.held
}

// inputOver goes on after the peer's FIN for a protocol that is no HalfCloser, as
// inputEnded does, when it has got its input. If that ended in the middle of
// something, the connection counts as lost.
func (c *Conn) inputOver(truncated bool) {
	if truncated {
		c.reason = c.because(ErrConnectionLost, io.ErrUnexpectedEOF)
	} else {
		c.reason = c.because(ErrConnectionDone, io.EOF)
	}
	if c.state == inputClosed {
		c.move(closing)
		c.soon()
	}
}

// giveUp is Close because of what the peer has sent.
func (c *Conn) giveUp(cause error) {
	switch c.state {
	case open, inputClosed:
		c.move(closing)
	case flushing, outputClosed, lastFlush, leaving:
		c.move(leaving)
	default:
		return
	}
	c.reason = c.because(ErrConnectionAborted, cause)
	c.held = false
	c.soon()
}

// guard calls f from the loop, which calls the protocol, and does what a panic
// leads to. It is for calls that begin outside the connection.
func (c *Conn) guard(f func()) {
	c.judge(func() (fail *failure.Failure) {
		defer func() {
			if v := recover(); v != nil {
				fail = failure.Recovered(v)
			}
		}()
		f()
		return nil
	}())
}
