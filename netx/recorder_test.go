package netx_test

import (
	"bytes"
	"errors"
	"strings"

	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

// recorder is a protocol that writes down what happens to it, and does what a
// test hangs into it.
type recorder struct {
	conn   *netx.Conn
	events []string
	data   bytes.Buffer
	chunks int
	reason *failure.Failure

	onMade func(c *netx.Conn)
	onData func(p []byte)
	onLost func(reason *failure.Failure)
}

func (r *recorder) note(event string) { r.events = append(r.events, event) }

// story is all that has happened, data left out.
func (r *recorder) story() string { return strings.Join(r.events, ", ") }

func (r *recorder) ConnectionMade(c *netx.Conn) {
	r.conn = c
	r.note("made")
	if r.onMade != nil {
		r.onMade(c)
	}
}

func (r *recorder) DataReceived(p []byte) {
	r.data.Write(p)
	r.chunks++
	if r.lost() {
		r.note("data after the end")
	}
	if r.onData != nil {
		r.onData(p)
	}
}

func (r *recorder) ConnectionLost(reason *failure.Failure) {
	r.note("lost: " + kindOf(reason))
	r.reason = reason
	if r.onLost != nil {
		r.onLost(reason)
	}
}

func (r *recorder) lost() bool { return r.reason != nil }

// kindOf names the most exact sentinel of a reason.
func kindOf(err error) string {
	switch {
	case errors.Is(err, netx.ErrConnectionAborted):
		return "aborted"
	case errors.Is(err, netx.ErrConnectionLost):
		return "lost"
	case errors.Is(err, netx.ErrConnectionDone):
		return "done"
	}
	return err.Error()
}

// halfRecorder is a recorder that is a HalfCloser.
type halfRecorder struct {
	recorder
	onReadClosed  func()
	onWriteClosed func()
}

func (r *halfRecorder) ReadClosed() {
	r.note("read closed")
	if r.onReadClosed != nil {
		r.onReadClosed()
	}
}

func (r *halfRecorder) WriteClosed() {
	r.note("write closed")
	if r.onWriteClosed != nil {
		r.onWriteClosed()
	}
}

// factory returns one that gives p to every connection.
func factory(p netx.Protocol) netx.Factory { return factoryOf(func() netx.Protocol { return p }) }
