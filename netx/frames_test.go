package netx_test

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

// frames is a FrameProtocol that writes down what happens to it, and does what a
// test hangs into it.
type frames struct {
	conn   *netx.FrameConn
	events []string
	reason *failure.Failure
	inside bool

	onMade  func(c *netx.FrameConn)
	onFrame func(frame []byte)
	onRaw   func(p []byte)
}

func (f *frames) note(format string, args ...any) {
	f.events = append(f.events, fmt.Sprintf(format, args...))
}

// story is all that has happened.
func (f *frames) story() string { return strings.Join(f.events, ", ") }

func (f *frames) ConnectionMade(c *netx.FrameConn) {
	f.conn = c
	if f.onMade != nil {
		f.onMade(c)
	}
}

func (f *frames) FrameReceived(frame []byte) {
	if f.inside {
		f.note("entered twice")
	}
	f.inside = true
	defer func() { f.inside = false }()
	f.note("%q", frame)
	if f.onFrame != nil {
		f.onFrame(frame)
	}
}

func (f *frames) RawReceived(p []byte) {
	if f.inside || len(p) == 0 {
		f.note("raw, inside: %v, %d bytes", f.inside, len(p))
	}
	if f.onRaw != nil {
		f.onRaw(p)
	} else {
		f.note("raw %q", p)
	}
}

func (f *frames) ConnectionLost(reason *failure.Failure) {
	f.reason = reason
	f.note("%s", endOf(reason))
}

func (f *frames) lost() bool { return f.reason != nil }

// endOf names the kind of a reason, and the kinds of its causes.
func endOf(err error) string {
	text := kindOf(err)
	for name, cause := range causes {
		if errors.Is(err, cause) {
			text += " " + name
		}
	}
	return text
}

// causes are those that do not exclude one another only where a test would see it.
var causes = map[string]error{
	"by the peer": io.EOF, "truncated": io.ErrUnexpectedEOF,
	"too long": netx.ErrMessageTooLong, "bad": netx.ErrBadFrame,
}

// failing is a frames that wants to know what is wrong.
type failing struct {
	frames
	onFailed func(err error)
}

func (f *failing) FrameFailed(err error) {
	f.note("failed:%s", strings.TrimPrefix(endOf(err), err.Error()))
	if f.onFailed != nil {
		f.onFailed(err)
	}
}

// halfFrames is a frames that is a HalfCloser.
type halfFrames struct {
	frames
	onReadClosed func()
}

func (f *halfFrames) ReadClosed() {
	f.note("read closed")
	if f.onReadClosed != nil {
		f.onReadClosed()
	}
}

func (f *halfFrames) WriteClosed() { f.note("write closed") }
