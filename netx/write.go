package netx

import (
	"errors"
	"net"
	"unsafe"
)

// Write sends p. What the kernel does not take at once is copied and sent as
// soon as it can be, so the caller keeps p and the answer is len(p) and nil: it
// takes everything or fails. It never blocks; a program that writes more than
// its peer reads waits for Drained.
//
// After Close it still takes output for as long as some is being sent, and at
// least for the rest of the turn. Errors, with the addresses:
//
//   - ErrWriteClosed, a net.ErrClosed, after CloseWrite;
//   - a net.ErrClosed with the reason, when the connection has ended;
//   - ErrConnectionLost with the error of the system call, when it ends the
//     connection;
//   - ErrBufferFull, when it ends the connection since p went past
//     WithMaxBuffered.
//
// With an error, the number is how many bytes of p the kernel took. It costs one
// system call when nothing is buffered, and a copy otherwise. Loop goroutine
// only.
func (c *Conn) Write(p []byte) (int, error) {
	c.own()
	if !c.takes() {
		return 0, c.refusal()
	}
	if len(p) == 0 {
		return 0, nil
	}
	n := 0
	if c.out == nil {
		var err error
		if n, err = c.sock.write(p); err != nil {
			if err = c.blocked(forOutput, err); err != errWouldBlock { //nolint:errorlint // a socket answers it as it is
				return 0, c.writeFailed(err)
			}
			n = 0
		}
	}
	if n < len(p) {
		if err := c.keep(p[n:]); err != nil {
			return n, err
		}
	}
	if err := c.wrote(); err != nil {
		return n, err
	}
	return len(p), nil
}

// WriteString is Write without a copy of s. Loop goroutine only.
func (c *Conn) WriteString(s string) (int, error) {
	return c.Write(bytesOf(s)) // nobody writes to what is given to Write, neither the kernel nor keep
}

// bytesOf returns the bytes of s, which nobody may write to.
func bytesOf(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// Writev is Write for several pieces, which go out in one system call where the
// platform has one. The caller keeps the pieces. Loop goroutine only.
func (c *Conn) Writev(pieces [][]byte) (int, error) {
	c.own()
	if !c.takes() {
		return 0, c.refusal()
	}
	taken := 0
	if c.out == nil {
		var err error
		if taken, err = c.gather(pieces); err != nil {
			return taken, err
		}
	}
	return c.keepRest(pieces, taken)
}

// gather gives pieces to the socket, some at a time, until it does not take all
// of them. It returns how many bytes it took.
func (c *Conn) gather(pieces [][]byte) (taken int, err error) {
	for len(pieces) > 0 {
		some := pieces[:min(len(pieces), maxPieces)]
		pieces = pieces[len(some):]
		size := 0
		for _, p := range some {
			size += len(p)
		}
		if size == 0 {
			continue
		}
		n, err := c.sock.writev(some)
		if err = c.blocked(forOutput, err); err != nil && err != errWouldBlock { //nolint:errorlint // a socket answers it as it is
			return taken, c.writeFailed(err)
		}
		if taken += n; n < size {
			break
		}
	}
	return taken, nil
}

// keepRest keeps all of pieces but the first bytes that were taken, and returns
// how many there are in all.
func (c *Conn) keepRest(pieces [][]byte, taken int) (int, error) {
	total := 0
	for _, p := range pieces {
		skip := min(len(p), max(0, taken-total))
		total += len(p)
		if skip == len(p) {
			continue
		}
		if err := c.keep(p[skip:]); err != nil {
			return taken, err
		}
	}
	if err := c.wrote(); err != nil {
		return taken, err
	}
	return total, nil
}

// Buffered returns how many bytes were written and not yet handed to the kernel.
// Loop goroutine only.
func (c *Conn) Buffered() int {
	c.own()
	if c.out == nil {
		return 0
	}
	return c.out.size
}

// keep buffers p, and has the socket say when it can go out.
func (c *Conn) keep(p []byte) error {
	first := c.out == nil
	if limit := c.cfg.maxBuffered; limit > 0 && len(p)+c.Buffered() > limit {
		return c.abandon(c.because(ErrConnectionAborted, ErrBufferFull))
	}
	if first {
		c.out = &output{}
	}
	c.out.add(p)
	c.out.congested = c.out.congested || c.out.size > c.cfg.highMark
	if !first {
		return nil
	}
	if c.watch(); !c.state.alive() {
		return c.reason
	}
	return nil
}

// refusal says why there is no more output.
func (c *Conn) refusal() error {
	if c.state.alive() {
		return c.errorOf(ErrWriteClosed, nil)
	}
	if errors.Is(c.reason, net.ErrClosed) {
		return c.reason
	}
	return c.errorOf(errEnded, c.reason)
}

// writeFailed ends the connection because of what the socket answered to a write,
// and returns the reason.
func (c *Conn) writeFailed(err error) error {
	return c.abandon(c.because(ErrConnectionLost, err))
}
