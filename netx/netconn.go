package netx

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/threads"
)

// bridgeBuffer is how many bytes a bridge holds in each direction, beyond what its
// Stream does.
const bridgeBuffer = 64 << 10

// loopCaller is a network that other goroutines can reach.
type loopCaller interface {
	threads.Caller
	OnLoop() bool
}

// NetConn returns a net.Conn over s, for code that blocks: on other goroutines, with
// deadlines, as that of net/http or of a database driver. From then on s itself is
// not to be read, written or closed. Calling it again answers the same. It panics on
// a Stream of a [StreamPair], which other goroutines cannot reach. Loop goroutine
// only; the methods of the net.Conn are for any other goroutine, and one that would
// block on the loop's fails with threads.ErrOnLoop.
//
// What Write takes goes out as soon as it can; it blocks while 64 KiB wait in the
// bridge, which the water marks of the connection decide ([WithWriteMarks]). An error
// comes with one of the calls after that. Close sends what was written, in the time
// of [WithCloseTimeout], and does not wait for that. There is a CloseWrite as that of
// *net.TCPConn. Errors are a *net.OpError around net.ErrClosed, os.ErrDeadlineExceeded
// or the reason of the connection; the end of the input is io.EOF. A deadline goes by
// the system's clock, not by the loop's.
//
// A call that has what it needs in the bridge costs a lock. Otherwise it costs two
// hand-overs between goroutines, so that a net.Conn of package net is quicker where a
// program has no other use for the loop.
func (s *Stream) NetConn() net.Conn {
	s.conn.own()
	if s.bridge != nil {
		return s.bridge
	}
	loop := s.conn.cfg.env.loop
	if loop == nil {
		panic("netx: NetConn of a Stream whose network has no loop")
	}
	b := &netConn{stream: s, loop: loop, local: s.LocalAddr(), remote: s.RemoteAddr(), asking: true}
	b.readable.L, b.writable.L = &b.mu, &b.mu
	b.readBy.wake, b.writeBy.wake = &b.readable, &b.writable
	s.bridge = b
	b.ask()
	return b
}

// DialNetConn is [DialStream] for another goroutine: it blocks, and gives a net.Conn,
// see [Stream.NetConn]. So it suits DialContext of a net/http.Transport. When ctx ends
// the dial is cancelled. On the loop's goroutine it answers threads.ErrOnLoop.
func DialNetConn(ctx context.Context, n Network, network, address string, opts ...Option) (net.Conn, error) {
	var made *Stream // loop goroutine only
	c, err := threads.BlockingCallFromThread(ctx, n, func() *deferred.Deferred[net.Conn] {
		return deferred.Then(DialStream(n, network, address, opts...), func(s *Stream) (net.Conn, error) {
			made = s
			return s.NetConn(), nil
		})
	})
	if err != nil {
		// It may have been made just when ctx ended. When the loop has stopped, it
		// has ended.
		_ = n.CallFromThread(func() {
			if made != nil {
				made.Abort()
			}
		})
		return nil, err
	}
	return c, nil
}

// netConn is the bridge between a Stream and goroutines that block.
type netConn struct {
	// Fixed after NetConn.
	stream        *Stream // loop goroutine only
	loop          loopCaller
	local, remote net.Addr

	writing sync.Mutex // held by one Write at a time, so that two do not mix

	// The loop and the others meet here, none of them for long: mu protects all
	// below. The loop never waits on a condition.
	mu                 sync.Mutex
	readable, writable sync.Cond
	readBy, writeBy    bridgeDeadline
	closed             bool

	in      []byte // what has come
	readErr error  // what comes after that, once there is something
	asking  bool   // more is on its way, or the loop was asked for it
	over    bool   // the connection has ended: all that has come is taken

	out      []byte // what is to go out
	spare    []byte // the memory of the out before
	flushing bool   // the loop was asked to take out, or waits for room
	finished bool   // by CloseWrite
	writeErr error  // why no more goes out
}

// LocalAddr implements net.Conn.
func (b *netConn) LocalAddr() net.Addr { return b.local }

// RemoteAddr implements net.Conn.
func (b *netConn) RemoteAddr() net.Addr { return b.remote }

// lost is called by the Stream, on the loop, when the connection has ended. What has
// come is taken now: there may be no other turn.
func (b *netConn) lost(reason error) {
	b.mu.Lock()
	b.over = true
	if errors.Is(reason, io.EOF) {
		reason = ErrConnectionDone // an end of the input is none of the output
	}
	b.fail(reason)
	drained := b.readErr != nil
	b.mu.Unlock()
	if !drained {
		b.ask()
	}
}

// Close implements net.Conn. It does not wait.
func (b *netConn) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return b.errorOf("close", net.ErrClosed)
	}
	b.closed = true
	b.readBy.set(time.Time{})
	b.writeBy.set(time.Time{})
	b.readable.Broadcast()
	b.writable.Broadcast()
	// When the loop has stopped, the connection has ended.
	_ = b.loop.CallFromThread(func() {
		b.send()
		b.stream.Close().Catch(func(*failure.Failure) {}) // what did not go out is lost, as by any Close
	})
	return nil
}

// SetDeadline implements net.Conn.
func (b *netConn) SetDeadline(t time.Time) error { return b.setDeadlines(t, &b.readBy, &b.writeBy) }

// SetReadDeadline implements net.Conn.
func (b *netConn) SetReadDeadline(t time.Time) error { return b.setDeadlines(t, &b.readBy) }

// SetWriteDeadline implements net.Conn.
func (b *netConn) SetWriteDeadline(t time.Time) error { return b.setDeadlines(t, &b.writeBy) }

func (b *netConn) setDeadlines(t time.Time, ds ...*bridgeDeadline) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return b.errorOf("set", net.ErrClosed)
	}
	for _, d := range ds {
		d.set(t)
	}
	return nil
}

// errorOf returns err as package net would. The end of the input stays as it is.
func (b *netConn) errorOf(op string, err error) error {
	if errors.Is(err, io.EOF) && !errors.Is(err, ErrConnectionLost) && op == "read" {
		return io.EOF
	}
	return &net.OpError{Op: op, Net: b.local.Network(), Source: b.local, Addr: b.remote, Err: err}
}
