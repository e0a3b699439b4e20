package netx_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"syscall"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

// stutter makes every other call answer that it would block.
func stutter(f func([]byte) (int, error)) func([]byte, func([]byte) (int, error)) (int, error) {
	calls := 0
	return func(p []byte, next func([]byte) (int, error)) (int, error) {
		if calls++; calls%2 == 1 {
			return 0, netx.ErrWouldBlock
		}
		if f != nil {
			return f(p)
		}
		return next(p)
	}
}

// oneByte makes a call do as little as it may.
func oneByte(p []byte, next func([]byte) (int, error)) (int, error) { return next(p[:1]) }

// broken makes every call fail with what the kernel says.
func broken(call string, errno syscall.Errno) func([]byte, func([]byte) (int, error)) (int, error) {
	return func([]byte, func([]byte) (int, error)) (int, error) {
		return 0, os.NewSyscallError(call, errno)
	}
}

// faultyWorld is the world of Pair with faults in the sockets of both sides.
type faultyWorld struct {
	*pairWorld
	faults func() netx.Faults
}

func (w *faultyWorld) much() int { return 10_000 }

func (w *faultyWorld) connect(a, b netx.Protocol, opts ...netx.Option) {
	left, right := netx.Pair(w.clock, a, b, append(opts, netx.WithPairBuffer(500))...)
	netx.Misbehave(left, w.faults())
	netx.Misbehave(right, w.faults())
}

func TestConnOnFaults(t *testing.T) {
	for name, faults := range map[string]func() netx.Faults{
		"short reads and writes": func() netx.Faults { return netx.Faults{Read: oneByte, Write: oneByte} },
		"would block everywhere": func() netx.Faults {
			return netx.Faults{Read: stutter(nil), Write: stutter(nil)}
		},
		"events without a cause": func() netx.Faults { return netx.Faults{Read: stutter(nil)} },
	} {
		t.Run(name, func(t *testing.T) {
			for _, name := range []string{
				"bytes in order",
				"pieces",
				"the caller keeps what was written",
				"close sends what is buffered",
				"half close, answer, half close",
				"half close by the one that read to the end",
				"a FIN does not cut the answer off",
				"drained with both marks at zero",
				"paused",
				"paused in the protocol",
				"abort",
				"the end is told once",
				"a peer that does not read and Close",
				"a peer that does not read and half close",
			} {
				t.Run(name, func(t *testing.T) { connTest(t, &faultyWorld{newPairWorld(t), faults}, name) })
			}
		})
	}
}

// states bring a, whose peer is b, into each state that a connection can be in
// while its socket is there.
// TestEveryStateAndEvent does everything that can happen to a connection in every
// state of it. Whatever it is, the protocol is told of one end, nothing comes
// after that, and who waits for the output is told as well.
// TestActingInside ends the connection, in several ways, from inside the calls
// that say that a direction was closed, in both orders of these.
func misread(r *halfRecorder, errno syscall.Errno) {
	netx.Misbehave(r.conn, netx.Faults{Read: broken("read", errno)})
}

func miswrite(r *halfRecorder, errno syscall.Errno) {
	netx.Misbehave(r.conn, netx.Faults{Write: broken("write", errno)})
}

func unshuttable(r *halfRecorder) {
	netx.Misbehave(r.conn, netx.Faults{Shut: func() error { return os.NewSyscallError("shutdown", syscall.ENOTCONN) }})
}

var errUnwatchable = errors.New("no more room in the poller")

func unwatchable(r *halfRecorder) {
	netx.Misbehave(r.conn, netx.Faults{Want: func(bool, bool) error { return errUnwatchable }})
}

func TestErrno(t *testing.T) {
	for name, tt := range map[string]struct {
		arm  func(a, b *halfRecorder)
		want error
	}{
		"read":       {func(a, b *halfRecorder) { misread(a, syscall.ECONNRESET); b.conn.WriteString("x") }, syscall.ECONNRESET},
		"keep-alive": {func(a, b *halfRecorder) { misread(a, syscall.ETIMEDOUT); b.conn.WriteString("x") }, syscall.ETIMEDOUT},
		"write":      {func(a, b *halfRecorder) { miswrite(a, syscall.EPIPE); a.conn.WriteString("x") }, syscall.EPIPE},
		"writev":     {func(a, b *halfRecorder) { miswrite(a, syscall.EPIPE); a.conn.Writev([][]byte{{1}}) }, syscall.EPIPE},
		"shutdown":   {func(a, b *halfRecorder) { unshuttable(a); a.conn.CloseWrite() }, syscall.ENOTCONN},
		"want":       {func(a, b *halfRecorder) { unwatchable(a); a.conn.Pause() }, errUnwatchable},
		"want, of a write": {func(a, b *halfRecorder) {
			unwatchable(a)
			if _, err := a.conn.Write(make([]byte, 1<<20)); !errors.Is(err, errUnwatchable) {
				t.Errorf("Write answered %v", err)
			}
		}, errUnwatchable},
	} {
		t.Run(name, func(t *testing.T) {
			w := newPairWorld(t)
			a, b := &halfRecorder{}, &halfRecorder{}
			w.connect(a, b)
			tt.arm(a, b)
			w.settle()
			if !errors.Is(a.reason, tt.want) || kindOf(a.reason) != "lost" {
				t.Errorf("the reason is %v", a.reason)
			}
			if !b.lost() {
				t.Errorf("the peer is not told: %s", b.story())
			}
		})
	}
}

func TestNothingIsToldAfterAFailure(t *testing.T) {
	w := newPairWorld(t)
	a, b := &halfRecorder{}, &halfRecorder{}
	w.connect(a, b)
	unwatchable(a) // which comes out when a has to stop reading
	b.conn.CloseWrite()
	w.settle()
	expect(t, w, &a.recorder, "made, lost: lost")
}

func TestMaxBufferedIsAllowed(t *testing.T) {
	w := newPairWorld(t)
	a, b := &recorder{}, &recorder{onMade: func(c *netx.Conn) { c.Pause() }}
	w.connect(a, b, netx.WithPairBuffer(10), netx.WithMaxBuffered(100))
	if n, err := a.conn.Write(make([]byte, 110)); n != 110 || err != nil {
		t.Errorf("Write answered %d, %v with %d buffered", n, err, a.conn.Buffered())
	}
	if n, err := a.conn.Write(make([]byte, 1)); n != 0 || !errors.Is(err, netx.ErrBufferFull) {
		t.Errorf("Write answered %d, %v", n, err)
	}
	w.settle()
	expect(t, w, a, "made, lost: aborted")
}

// TestMarks writes while the buffer is between the marks.
func TestMarks(t *testing.T) {
	w := newPairWorld(t)
	a, b := &recorder{}, &recorder{}
	w.connect(a, b, netx.WithPairBuffer(100), netx.WithWriteMarks(1000, 4000))
	b.onData = func([]byte) { b.conn.Pause() }
	write := func(n int) { a.conn.Write(make([]byte, n)) }
	// read lets b read until no more than n bytes are buffered at a.
	read := func(n int) {
		for a.conn.Buffered() > n {
			b.conn.Resume()
			w.settle()
		}
	}
	write(4100)
	if a.conn.Buffered() != 4000 || !a.conn.Drained().Called() {
		t.Errorf("Drained waits with %d bytes, at the high mark", a.conn.Buffered())
	}
	write(1)
	d := a.conn.Drained()
	read(2000)
	write(100) // between the marks: no news
	if d.Called() || a.conn.Drained().Called() {
		t.Error("Drained fired between the marks")
	}
	read(1001)
	if d.Called() {
		t.Errorf("Drained fired with %d bytes", a.conn.Buffered())
	}
	read(1000)
	if !d.Called() {
		t.Errorf("Drained waits with %d bytes", a.conn.Buffered())
	}
	write(1000)
	if !a.conn.Drained().Called() {
		t.Error("Drained waits between the marks, from below")
	}
	a.conn.Abort()
	w.settle()
}

func TestWriteFailureAnswer(t *testing.T) {
	w := newPairWorld(t)
	a, b := &recorder{}, &recorder{}
	w.connect(a, b)
	netx.Misbehave(a.conn, netx.Faults{Write: broken("write", syscall.EPIPE)})
	n, err := a.conn.WriteString("x")
	if n != 0 || !errors.Is(err, syscall.EPIPE) || !errors.Is(err, netx.ErrConnectionLost) {
		t.Errorf("Write answered %d, %v", n, err)
	}
	var call *os.SyscallError
	if !errors.As(err, &call) || call.Syscall != "write" {
		t.Errorf("%v names no system call", err)
	}
	if a.lost() {
		t.Error("the end was told from inside Write")
	}
	w.settle()
	expect(t, w, a, "made, lost: lost")
}

func TestPanicWithoutAReason(t *testing.T) {
	for name, arm := range map[string]func(r *recorder){
		"in ConnectionLost": func(r *recorder) {
			r.onData = func([]byte) { r.conn.Close() }
			r.onLost = func(*failure.Failure) { panic("boom") }
		},
		"after Abort, at first": func(r *recorder) { r.onMade = func(c *netx.Conn) { c.Abort(); panic("boom") } },
		"after Abort":           func(r *recorder) { r.onData = func([]byte) { r.conn.Abort(); panic("boom") } },
	} {
		t.Run(name, func(t *testing.T) {
			w := newPairWorld(t)
			var reported []*failure.Failure
			deferred.SetUnhandledHandler(func(u deferred.Unhandled) { reported = append(reported, u.Failure) })
			a, b := &recorder{}, &recorder{}
			arm(b)
			w.connect(a, b)
			second(a.conn.WriteString("x"))
			w.settle()
			deferred.FlushUnhandled()
			var p *failure.PanicError
			if len(reported) != 1 || !errors.As(reported[0], &p) || p.Value != "boom" {
				t.Errorf("reported: %v", reported)
			}
			if len(b.events) != 2 {
				t.Errorf("b: %s", b.story())
			}
		})
	}
}

func TestPanicInConnectionMade(t *testing.T) {
	w := newPairWorld(t)
	a := &recorder{onMade: func(*netx.Conn) { panic("boom") }}
	b := &recorder{}
	w.connect(a, b)
	if a.lost() {
		t.Error("the end was told from inside Pair")
	}
	w.settle()
	expect(t, w, a, "made, lost: panic: boom")
	expect(t, w, b, "made, lost: lost")
}

// TestPauseTakesEffectAtOnce pauses when an event is on its way.
func TestPauseTakesEffectAtOnce(t *testing.T) {
	w := newPairWorld(t)
	a, b := &recorder{}, &recorder{}
	w.connect(a, b)
	a.conn.WriteString("x") // its event is on its way
	b.conn.Pause()
	w.settle()
	if b.data.Len() != 0 {
		t.Error("data came after Pause")
	}
	b.conn.Resume()
	w.settle()
	if b.data.String() != "x" {
		t.Error("data did not come after Resume")
	}
	a.conn.WriteString("y")
	b.conn.Close()
	a.conn.Close()
	w.settle()
	if b.data.String() != "x" {
		t.Errorf("%q came after Close", b.data.String())
	}
}

// TestConnIsAWriter uses a Conn where package io wants its interfaces.
func TestConnIsAWriter(t *testing.T) {
	w := newPairWorld(t)
	a, b := &recorder{}, &recorder{}
	w.connect(a, b)
	var _ io.WriteCloser = a.conn
	var _ io.StringWriter = a.conn
	if n, err := io.Copy(a.conn, bytes.NewReader(noise(100_000))); n != 100_000 || err != nil {
		t.Errorf("Copy answered %d, %v", n, err)
	}
	a.conn.Close()
	w.settle()
	if !bytes.Equal(b.data.Bytes(), noise(100_000)) {
		t.Errorf("%d bytes arrived", b.data.Len())
	}
}
