package netx

import "github.com/spindle-go/spindle/failure"

// FrameProtocol is a Protocol that gets frames instead of bytes: [Framed] makes a
// Protocol of it. It is to FrameConn what a Protocol is to Conn, and all that is
// said there holds here.
//
// If it is a [HalfCloser], it is told of the end of the input after all frames
// before it; what is left of one that is not complete can be had with TakeInput.
// Otherwise, the end of the input in the middle of a frame is a loss: the reason
// is an ErrConnectionLost with io.ErrUnexpectedEOF. If it is a [Finisher], it is
// told of the Shutdown of its Port. If it is an [FDReceiver], it gets descriptors
// before the frame that has the byte which they were sent with.
type FrameProtocol interface {
	// ConnectionMade is called first, once.
	ConnectionMade(c *FrameConn)

	// FrameReceived is called with each frame, without what was around it. frame
	// is valid during the call; copy what is to be kept.
	FrameReceived(frame []byte)

	// ConnectionLost is called last, once, see [Protocol].
	ConnectionLost(reason *failure.Failure)
}

// RawReceiver is a FrameProtocol that can do without frames for a while.
type RawReceiver interface {
	// RawReceived is called after [FrameConn.Raw] with what comes, cut in any
	// way, as DataReceived of a Protocol is.
	RawReceived(p []byte)
}

// FrameFailer is a FrameProtocol that wants to know, before the connection ends,
// that its peer does not keep to the rules.
type FrameFailer interface {
	// FrameFailed is called, once, with what is wrong: an ErrMessageTooLong or
	// an ErrBadFrame. What is sent here still goes out, and then the connection
	// ends with err. A protocol that calls Raw here gets what came instead, from
	// the beginning of the frame that is wrong, and the connection goes on.
	FrameFailed(err error)
}

// Framed returns a Protocol that cuts what comes into frames and gives these to
// p. It is what Twisted's LineReceiver, NetstringReceiver and IntNStringReceiver
// are:
//
//	n.Listen("tcp", address, netx.FactoryFunc(func(net.Addr) (netx.Protocol, error) {
//		return netx.Framed(netx.Lines{}, &session{}), nil
//	}))
//
// A frame that is whole in what was read costs no copy and no allocation. One that
// is not is collected, in memory that grows with what has come and not with what
// was announced; with what one read of the loop brought behind it, that is all the
// memory it takes. Without a frame under way there is none.
//
// What cannot be a frame, or is longer than the Framing allows, is told once, to
// a [FrameFailer]; what the peer sent after it is dropped. What was written goes
// out, and the connection ends with an ErrConnectionAborted that is also an
// ErrMessageTooLong or an ErrBadFrame.
//
// A nil f or p panics. Any goroutine may call it; a Protocol is for one
// connection.
func Framed(f Framing, p FrameProtocol) Protocol {
	if f == nil || p == nil {
		panic("netx: Framed needs a Framing and a protocol")
	}
	return &framed{framing: f, proto: p}
}

// framed is the side of a FrameConn that its connection calls.
type framed FrameConn

// ConnectionMade implements Protocol.
func (f *framed) ConnectionMade(c *Conn) {
	f.Conn = c
	f.proto.ConnectionMade((*FrameConn)(f))
}

// DataReceived implements Protocol.
func (f *framed) DataReceived(p []byte) {
	(*FrameConn)(f).advance(p)
}

// ReadClosed implements HalfCloser. Whether the protocol is one too is seen to
// when it has got all input.
func (f *framed) ReadClosed() {
	f.inputEnd = endCame
	f.Conn.hold(true)
	(*FrameConn)(f).advance(nil)
}

// WriteClosed implements HalfCloser.
func (f *framed) WriteClosed() {
	if h, ok := f.proto.(HalfCloser); ok {
		h.WriteClosed()
	}
}

// Finish implements Finisher.
func (f *framed) Finish() {
	if p, ok := f.proto.(Finisher); ok {
		p.Finish()
	}
}

// ConnectionLost implements Protocol.
func (f *framed) ConnectionLost(reason *failure.Failure) {
	f.in = nil
	f.proto.ConnectionLost(reason)
}
