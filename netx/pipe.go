package netx

import (
	"errors"
	"fmt"
	"net"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// Piped is how many bytes a [Pipe] has carried: what it read from the one and the
// other took.
type Piped struct {
	AToB, BToA uint64
}

// PipeError is the failure of a [Pipe]: how far it came and why it ended. The
// error is the reason of the connection that ended first.
type PipeError struct {
	Piped
	Err error
}

// Error says all of it.
func (e *PipeError) Error() string {
	return fmt.Sprintf("netx: pipe ended after %d and %d bytes: %v", e.AToB, e.BToA, e.Err)
}

// Unwrap returns Err.
func (e *PipeError) Unwrap() error { return e.Err }

// Pipe joins two connections, as a proxy does: from now on what comes from the one
// is written to the other, both ways. Their protocols get no more input and should
// write nothing; they are told of the end by ConnectionLost as always, and of a
// Shutdown if they are a [Finisher]. Descriptors are not carried; they are closed. It
// may be called from inside a method of theirs, and resumes what they have paused.
//
// A connection is read from only as fast as the other one's peer takes it: above
// the high mark of WithWriteMarks the reading stops, at the low one it goes on. So
// no more is held than that mark and one read, however long it takes.
//
// The FIN of the one's peer becomes a FIN to the other's, after all that came
// before it, and the other direction goes on. When a connection ends in any other
// way, so does the other one: after Close it is closed, and what was lost or
// aborted aborts it.
//
// The Deferred fires when both have ended, with the number of bytes. It fails with
// a *PipeError unless both ended cleanly, and at once if the two cannot be joined,
// since one of them has ended, or closed its output, or has a producer, or both
// are the same: then both are aborted. Cancelling it aborts both.
//
// A limit set by WithMaxBuffered must be above the high mark and one read, which
// is up to 256 KiB. Both must be on the same loop. Nil panics. Loop goroutine only.
func Pipe(a, b *Conn) *deferred.Deferred[Piped] {
	if a == nil || b == nil {
		panic("netx: Pipe of nil")
	}
	a.own()
	if err := unpipeable(a, b); err != nil {
		a.Abort()
		b.Abort()
		return deferred.Fail[Piped](&PipeError{Err: err})
	}
	p := &pipe{left: 2}
	p.ends[0] = pipeEnd{pipe: p, from: a, to: b, inner: a.proto, carried: &p.piped.AToB}
	p.ends[1] = pipeEnd{pipe: p, from: b, to: a, inner: b.proto, carried: &p.piped.BToA}
	p.d = deferred.New(func(*deferred.Deferred[Piped]) {
		a.Abort()
		b.Abort()
	})
	for i := range p.ends {
		p.ends[i].take()
	}
	for i := range p.ends {
		p.ends[i].begin()
	}
	return p.d
}

// unpipeable says why two connections cannot be joined.
func unpipeable(a, b *Conn) error {
	if a == b {
		return a.errorOf(errSelfPipe, nil)
	}
	if err := a.refuseProducer(); err != nil {
		return err
	}
	return b.refuseProducer()
}

// pipe is a Pipe. Loop goroutine only.
type pipe struct {
	d     *deferred.Deferred[Piped]
	ends  [2]pipeEnd
	piped Piped
	err   error // why the first one ended that did not end cleanly
	left  int   // connections that have not ended
}

// pipeEnd is one direction: the protocol of the connection that it reads from, and
// the producer of the one that it writes to. It is no wrapper of the protocol before
// it, which is to get no more input, descriptors included.
type pipeEnd struct {
	pipe     *pipe
	from, to *Conn
	inner    Protocol // of from, before
	carried  *uint64
}

var (
	_ HalfCloser   = (*pipeEnd)(nil)
	_ PushProducer = (*pipeEnd)(nil)
	_ Finisher     = (*pipeEnd)(nil)
)

// take makes e the protocol of the one connection and the producer of the other.
func (e *pipeEnd) take() {
	e.from.proto = e
	e.from.Resume()
	// What can be wrong was asked before; the loss of either is told.
	_ = e.to.RegisterProducer(e)
}

// begin sees to a FIN that came before e did.
func (e *pipeEnd) begin() {
	if !e.from.state.reads() {
		e.ReadClosed()
	}
}

// ConnectionMade is never called: the connection was there before.
func (e *pipeEnd) ConnectionMade(*Conn) {}

// DataReceived implements Protocol. What to cannot be given ends it, which it will
// be told of, and then so is this one.
func (e *pipeEnd) DataReceived(p []byte) {
	if _, err := e.to.Write(p); err == nil {
		*e.carried += uint64(len(p))
	}
}

// ReadClosed implements HalfCloser: it passes the FIN on.
func (e *pipeEnd) ReadClosed() {
	e.to.UnregisterProducer()
	_ = e.to.CloseWrite() // of a connection that has ended there is nothing to close
}

// closeWaits implements closeWaiter. After Close the producer, which is the other
// direction, is not waited for: nobody knows when that ends.
func (e *pipeEnd) closeWaits() {
	if e.from.reason != nil && errors.Is(e.from.reason, net.ErrClosed) {
		e.from.UnregisterProducer()
	}
}

// WriteClosed implements HalfCloser.
func (e *pipeEnd) WriteClosed() {}

// Finish implements Finisher, for the protocol before it.
func (e *pipeEnd) Finish() {
	if p, ok := optional[Finisher](e.inner); ok {
		p.Finish()
	}
}

// ConnectionLost implements Protocol: the end of the one is the end of the other.
func (e *pipeEnd) ConnectionLost(reason *failure.Failure) {
	if errors.Is(reason, ErrConnectionDone) {
		e.to.UnregisterProducer()
		_ = e.to.Close() // it is always nil
	} else {
		e.to.Abort()
		if e.pipe.err == nil {
			e.pipe.err = reason
		}
	}
	if e.pipe.left--; e.pipe.left == 0 {
		defer e.pipe.fire() // after the protocol was told, even if that panics
	}
	e.inner.ConnectionLost(reason)
}

// fire fires the Deferred. If it was cancelled it has fired.
func (p *pipe) fire() {
	if p.err != nil {
		_ = p.d.Errback(&PipeError{Piped: p.piped, Err: p.err})
		return
	}
	_ = p.d.Callback(p.piped)
}

// PauseProducing implements PushProducer.
func (e *pipeEnd) PauseProducing() { e.from.Pause() }

// ResumeProducing implements PushProducer.
func (e *pipeEnd) ResumeProducing() { e.from.Resume() }

// StopProducing implements PushProducer. ConnectionLost of the other end comes
// next and does what is to be done.
func (e *pipeEnd) StopProducing() {}
