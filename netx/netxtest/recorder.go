package netxtest

import (
	"bytes"
	"errors"
	"strings"

	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

// Recorder is a protocol that writes down what happens to it, and does what a
// test hangs into it. The zero value is ready for one connection. Loop goroutine
// only.
type Recorder struct {
	// Conn is the connection, from ConnectionMade on.
	Conn *netx.Conn
	// Events are the calls in order, those of DataReceived left out.
	Events []string
	// Data is what has come.
	Data bytes.Buffer
	// Chunks counts the calls of DataReceived.
	Chunks int
	// Reason is that of ConnectionLost, nil before.
	Reason *failure.Failure

	// OnMade is called by ConnectionMade, if it is set.
	OnMade func(c *netx.Conn)
	// OnData is called by DataReceived, after Data has grown.
	OnData func(p []byte)
	// OnLost is called by ConnectionLost.
	OnLost func(reason *failure.Failure)
}

// Note adds an event.
func (r *Recorder) Note(event string) { r.Events = append(r.Events, event) }

// Story returns all events in one line.
func (r *Recorder) Story() string { return strings.Join(r.Events, ", ") }

// Lost reports whether the connection has ended.
func (r *Recorder) Lost() bool { return r.Reason != nil }

// ConnectionMade implements netx.Protocol. Its event is "made".
func (r *Recorder) ConnectionMade(c *netx.Conn) {
	r.Conn = c
	r.Note("made")
	if r.OnMade != nil {
		r.OnMade(c)
	}
}

// DataReceived implements netx.Protocol.
func (r *Recorder) DataReceived(p []byte) {
	r.Data.Write(p)
	r.Chunks++
	if r.Lost() {
		r.Note("data after the end")
	}
	if r.OnData != nil {
		r.OnData(p)
	}
}

// ConnectionLost implements netx.Protocol. Its event is "lost: " and [KindOf] the
// reason.
func (r *Recorder) ConnectionLost(reason *failure.Failure) {
	r.Note("lost: " + KindOf(reason))
	r.Reason = reason
	if r.OnLost != nil {
		r.OnLost(reason)
	}
}

// KindOf names the most exact of the sentinels in a connection's reason: done,
// lost or aborted. For any other error it is the text.
func KindOf(err error) string {
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

// HalfRecorder is a Recorder that is a netx.HalfCloser.
type HalfRecorder struct {
	Recorder

	// OnReadClosed is called by ReadClosed, if it is set.
	OnReadClosed func()
	// OnWriteClosed is called by WriteClosed.
	OnWriteClosed func()
}

// ReadClosed implements netx.HalfCloser. Its event is "read closed".
func (r *HalfRecorder) ReadClosed() {
	r.Note("read closed")
	if r.OnReadClosed != nil {
		r.OnReadClosed()
	}
}

// WriteClosed implements netx.HalfCloser. Its event is "write closed".
func (r *HalfRecorder) WriteClosed() {
	r.Note("write closed")
	if r.OnWriteClosed != nil {
		r.OnWriteClosed()
	}
}
