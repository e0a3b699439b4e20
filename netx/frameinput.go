package netx

import "bytes"

// smallestJoin is how much is added at least to a frame that has begun, before
// it is looked at again.
const smallestJoin = 512

// advance takes in p, which is the loop's, delivers what can be, and does what
// follows from that.
func (c *FrameConn) advance(p []byte) {
	c.busy = true
	defer func() { c.busy = false }()
	c.receive(p)
	c.settle()
}

// receive delivers what was left, and p after it. What cannot be delivered is
// kept.
func (c *FrameConn) receive(p []byte) {
	if len(c.in) > 0 {
		c.run()
	}
	switch {
	case len(c.in) == 0:
		c.in = p
	case !c.goesOn():
		c.in = append(c.in, p...)
		return
	case !c.complete(p):
		return
	}
	c.run()
	if len(c.in) == 0 {
		c.in = nil
	} else {
		c.in = bytes.Clone(c.in)
	}
}

// complete completes the frame that has begun with what is in p, and delivers
// it. It takes pieces of p that grow with the frame, so that each byte is copied
// a few times at most and none behind the frame is. It returns false if the frame
// is still not complete; otherwise c.in is what stands behind it, in p.
func (c *FrameConn) complete(p []byte) bool {
	for taken := 0; taken < len(p); {
		more := p[taken:min(len(p), taken+max(len(c.in), smallestJoin))]
		taken += len(more)
		c.in = append(c.in, more...)
		frame, n, err := cut(c.framing, c.in, c.seen)
		if err == nil && n == 0 {
			c.seen = len(c.in)
			continue
		}
		// A frame that was not complete before ends in p. If a Framing says
		// otherwise, or fails, all the input has to be in one piece.
		if left := len(c.in) - n; err == nil && left <= taken {
			c.in = p[taken-left:]
		} else {
			c.in = append(c.in, p[taken:]...)[n:]
		}
		c.found(frame, err)
		return true
	}
	return false
}

// run delivers until there is nothing more that can be.
func (c *FrameConn) run() {
	for len(c.in) > 0 && c.goesOn() {
		if c.mode == raw {
			c.deliverRaw()
			continue
		}
		frame, n, err := cut(c.framing, c.in, c.seen)
		if err == nil && n == 0 {
			c.seen = len(c.in)
			return
		}
		c.in = c.in[n:]
		c.found(frame, err)
	}
}

// goesOn reports whether the protocol may get more.
func (c *FrameConn) goesOn() bool { return !c.paused && c.mode != broken && c.Conn.delivers() }

// deliverRaw delivers all there is as it is.
func (c *FrameConn) deliverRaw() {
	p := c.in
	c.in, c.rawEnd = nil, &p[len(p)-1]
	c.proto.(RawReceiver).RawReceived(p)
	c.rawEnd = nil
}

// found delivers a frame, or says that there is none.
func (c *FrameConn) found(frame []byte, err error) {
	c.seen = 0
	if err == nil {
		c.proto.FrameReceived(frame)
		return
	}
	c.mode = broken
	if f, ok := c.proto.(FrameFailer); ok {
		f.FrameFailed(err)
	}
	if c.mode == broken {
		c.Conn.giveUp(err)
	}
}

// settle does what follows from what was delivered.
func (c *FrameConn) settle() {
	switch {
	case !c.Conn.delivers():
		c.in = nil
	case c.paused:
		c.Conn.Pause()
	default:
		c.Conn.Resume()
		if c.inputEnd == endCame {
			c.endInput()
		}
	}
}

// endInput tells of the end of the input, all of which was delivered.
func (c *FrameConn) endInput() {
	c.inputEnd = endTold
	if h, ok := c.proto.(HalfCloser); ok {
		h.ReadClosed()
	} else {
		c.Conn.inputOver(c.mode == cutting && len(c.in) > 0)
	}
	c.in = nil
	c.Conn.hold(false)
}

// poke has the input go on in the next turn, unless that is under way.
func (c *FrameConn) poke() {
	if !c.busy && !c.queued {
		c.queued = true
		c.cfg.env.next(c)
	}
}

// turn goes on where a method of the program's could not.
func (c *FrameConn) turn() {
	c.queued = false
	if c.Conn.state.alive() {
		c.Conn.guard(func() { c.advance(nil) })
	}
}
