package netx

import "io"

// Pause stops the input: DataReceived is not called until Resume. What the peer
// sends stays in the kernel, which makes the peer wait when its room is used up.
//
// The end of the connection is still noticed: an error or a RST ends it at once,
// and what was not delivered is lost then; a FIN is noticed if nothing undelivered
// stands before it. (Where the system has no epoll, an error is noticed at the
// next Write or Resume.) Pausing twice is pausing once. Loop goroutine only.
func (c *Conn) Pause() { c.setPaused(true) }

// Resume lets the input go on, in the next turn at the earliest. Without a Pause
// before it, or after the end of the input, it does nothing. Loop goroutine only.
func (c *Conn) Resume() { c.setPaused(false) }

func (c *Conn) setPaused(paused bool) {
	c.own()
	if c.paused != paused {
		c.paused = paused
		c.watch()
	}
}

// readable is called by the socket's owner when there is input. buf is the
// owner's and is used during the call only. It reads once: a peer that sends
// without end must not keep the loop from the others.
func (c *Conn) readable(buf []byte) {
	c.own()
	if s, ok := c.layer(); ok {
		s.readable()
		return
	}
	c.input(buf)
}

// input reads into buf, which is used during the call only.
func (c *Conn) input(buf []byte) {
	if !c.state.reads() {
		return // see move
	}
	n, err := c.sock.read(buf)
	switch err = c.blocked(forInput, err); err {
	case nil:
		if c.deliverFDs() {
			c.deliver(dataReceived, buf[:n])
		}
	case errWouldBlock: //nolint:errorlint // a socket answers it, and io.EOF, as they are
	case io.EOF:
		c.inputEnded()
	default:
		c.lost(err)
	}
}

// writable is called by the socket's owner when there is room for output. It
// writes once, for the same reason.
func (c *Conn) writable() {
	c.own()
	if s, ok := c.layer(); ok {
		s.writable()
		return
	}
	c.output()
}

// output writes what is buffered, of which there is something.
func (c *Conn) output() {
	out := c.out
	n, err := c.sock.writev(out.front())
	switch err = c.blocked(forOutput, err); {
	case err == errWouldBlock: //nolint:errorlint // a socket answers it as it is
		return
	case err != nil:
		c.lost(err)
		return
	}
	if out.drop(n); out.size == 0 {
		c.out = nil
		c.watch()
	}
	c.relieve(out)
	c.deliver(outputMoved, nil)
	c.feed()
	c.progress()
}

// hungUp is called by the socket's owner when it learns that the peer has gone
// while neither input nor output is wanted: with io.EOF for a FIN that no input
// stands before, otherwise with what happened.
func (c *Conn) hungUp(err error) {
	c.own()
	if s, ok := c.layer(); ok {
		s.hungUp(err)
		return
	}
	switch {
	case err != io.EOF: //nolint:errorlint // a socket answers it as it is
		c.lost(err)
	case c.state.reads():
		c.inputEnded()
	}
}

// inputEnded goes on after the peer's FIN.
func (c *Conn) inputEnded() {
	_, half := c.proto.(HalfCloser)
	c.reason = c.because(ErrConnectionDone, io.EOF)
	switch {
	case c.state == outputClosed:
		c.move(leaving)
	case half && c.state == open:
		c.move(inputClosed)
	case half:
		c.move(lastFlush)
	case c.state == open:
		c.move(closing)
	default:
		c.move(leaving)
	}
	if half {
		c.deliver(readClosed, nil)
	}
	c.progress()
}
