package netx

// FrameConn is what a [FrameProtocol] writes to and closes: a Conn that sends
// frames, and whose input is cut into frames. All methods of Conn are there,
// Write among them, for what has no frame around it.
//
// All methods belong to the goroutine of the loop, and none blocks.
type FrameConn struct {
	// Conn is fixed after ConnectionMade. Its own Pause, Resume and Close, which are
	// reached by this name only, know nothing of frames.
	*Conn

	// Fixed after Framed.
	framing Framing
	proto   FrameProtocol

	// Loop goroutine only.
	in       []byte // what has come and was not delivered; while busy it may be the loop's
	seen     int    // so much of it is the beginning of a frame, which Cut has seen
	rawEnd   *byte  // the last byte of what RawReceived has got; nil when it is not running
	mode     frameMode
	inputEnd inputEnd
	paused   bool
	busy     bool // run is running
	queued   bool // a turn is due
}

// frameMode says what becomes of the input.
//
//	from          what happens                          to
//	------------  ------------------------------------  ------
//	cutting       Raw                                   raw
//	raw           Frames                                cutting
//	cutting       what came is no frame, or too long    broken
//	broken        Raw, while the protocol is told       raw
type frameMode uint8

const (
	cutting frameMode = iota // the protocol gets frames
	raw                      // it gets what comes
	broken                   // it gets nothing any more, and the connection is about to end
)

// inputEnd says how far the end of the input is: it is open, then endCame, then
// endTold.
type inputEnd uint8

const (
	inputOpen inputEnd = iota
	endCame            // the peer has sent a FIN, and what is before it is not all delivered
	endTold            // the protocol has been told, or what it has to be told is on its way
)

// SendFrame sends a frame, with what the Framing puts around it. It answers what
// the Framing says of a frame that cannot be sent, an ErrMessageTooLong or an
// ErrBadFrame, and then nothing was sent; otherwise what [Conn.Write] says. The
// caller keeps frame. It costs a copy, and no allocation as a rule. Loop goroutine
// only.
func (c *FrameConn) SendFrame(frame []byte) error {
	c.own()
	p, err := c.cfg.env.wrap(c.framing, frame)
	if err == nil {
		_, err = c.Write(p)
	}
	return err
}

// SendString is SendFrame of a text, without a copy of it. Loop goroutine only.
func (c *FrameConn) SendString(frame string) error { return c.SendFrame(bytesOf(frame)) }

// Pause stops the input, also in the middle of what has come already: the frame
// that is being delivered is the last one until Resume. The rest is as with
// [Conn.Pause], and no frame is lost: the end of the connection by the peer's FIN
// waits for those that have come. Loop goroutine only.
func (c *FrameConn) Pause() {
	c.own()
	c.paused = true
	if !c.busy {
		c.Conn.Pause()
	}
}

// Resume lets the input go on, with what had come first, in the next turn at the
// earliest; from inside a method of the protocol that Pause was called in, when
// that returns. Loop goroutine only.
func (c *FrameConn) Resume() {
	c.own()
	if c.paused {
		c.paused = false
		c.poke()
	}
}

// Raw ends the cutting: from the next byte on, the input goes to RawReceived, with
// what had come already first. From inside FrameReceived that is the byte after
// this frame. A protocol that is no [RawReceiver] panics. In raw mode it does
// nothing. Loop goroutine only.
func (c *FrameConn) Raw() {
	c.own()
	if _, ok := c.proto.(RawReceiver); !ok {
		panic("netx: Raw for a protocol without RawReceived")
	}
	if c.mode != raw {
		c.mode, c.seen = raw, 0
		c.poke()
	}
}

// Frames goes back to cutting frames, which begin with rest and go on with what
// comes. It is called with the end of what RawReceived got that is no longer raw,
// and costs no copy then; anything else is copied. When the input is cut already,
// rest goes before what is left of it. Loop goroutine only.
func (c *FrameConn) Frames(rest []byte) {
	c.own()
	if c.mode == raw {
		c.mode = cutting
	}
	if len(rest) > 0 {
		c.putBack(rest)
	}
	c.poke()
}

// putBack puts rest before the input.
func (c *FrameConn) putBack(rest []byte) {
	c.seen = 0
	if len(c.in) == 0 && &rest[len(rest)-1] == c.rawEnd {
		c.in = rest
		return
	}
	in := make([]byte, 0, len(rest)+len(c.in))
	c.in = append(append(in, rest...), c.in...)
}

// TakeInput returns what has come and was not delivered, and forgets it. It is for
// handing the connection over to something else: what a peer has sent behind the
// last frame belongs to that, and must not be taken for a frame later, as after
// STARTTLS. The bytes belong to the caller. Loop goroutine only.
func (c *FrameConn) TakeInput() []byte {
	c.own()
	in := append([]byte(nil), c.in...)
	c.in, c.seen = nil, 0
	c.poke() // the Conn may wait for it
	return in
}

// Close is [Conn.Close]: frames that were not delivered never are. Loop goroutine
// only.
func (c *FrameConn) Close() error {
	c.own()
	c.in = nil
	c.Conn.hold(false)
	return c.Conn.Close()
}
