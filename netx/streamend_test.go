package netx_test

import (
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/netx"
)

func testStreamHalfClosed(t *testing.T, w world) {
	a, b := w.streams()
	w.do(func() { a.CloseWrite() })
	await(w, "the end", b.Read)
	w.do(func() { b.Write([]byte("answer")); b.CloseWrite() })
	if got := text(await(w, "the answer", a.Read)); got != "answer" {
		t.Errorf("got %q", got)
	}
	if o := await(w, "the end", a.Read); !errors.Is(o.err, io.EOF) {
		t.Errorf("got %q", text(o))
	}
	w.settle()
	w.do(func() {
		for name, s := range map[string]*netx.Stream{"a": a, "b": b} {
			if o := watch(s.Close()); !o.fired || o.err != nil {
				t.Errorf("%s has not ended: %+v", name, o)
			}
		}
	})
}

func testStreamCloseFlushes(t *testing.T, w world) {
	a, b := w.streams()
	var wrote *outcome[int]
	var first, second *outcome[struct{}]
	w.do(func() {
		wrote = watch(a.Write(noise(w.much())))
		first = watch(a.Close())
		second = watch(a.Close())
		if first.fired {
			t.Error("Close fired at once")
		}
	})
	got := await(w, "all", func() *deferred.Deferred[[]byte] { return b.ReadFull(w.much()) })
	if got.err != nil {
		t.Error(got.err)
	}
	w.until("the end", func() bool { return first.fired && second.fired })
	if !wrote.fired || wrote.err != nil || first.err != nil || second.err != nil {
		t.Errorf("%+v, %+v, %+v", wrote, first, second)
	}
	if o := await(w, "the end", b.Read); !errors.Is(o.err, io.EOF) {
		t.Errorf("got %q", text(o))
	}
	await(w, "the end of b", b.Close)
}

func testStreamCloseReads(t *testing.T, w world) {
	a, b := w.streams()
	var reads [3]*outcome[[]byte]
	w.do(func() {
		b.Write([]byte("unread"))
		watch(a.Write(noise(w.much()))) // which keeps a from ending
		reads[0] = watch(a.ReadFull(100))
		reads[1] = watch(a.Read())
		watch(a.Close())
		if reads[0].fired {
			t.Error("a read failed from inside Close")
		}
	})
	w.settle()
	w.do(func() { reads[2] = watch(a.Read()) })
	for _, o := range reads {
		if !o.fired || !errors.Is(o.err, net.ErrClosed) {
			t.Errorf("got %+v", o)
		}
	}
	abortBoth(w, a, b)
}

func testStreamCloseFails(t *testing.T, w world) {
	a, b := w.streams(netx.WithCloseTimeout(10 * time.Millisecond))
	var wrote *outcome[int]
	w.do(func() { wrote = watch(a.Write(noise(2 * w.much()))) })
	closed := await(w, "the deadline", a.Close)
	for _, err := range []error{closed.err, wrote.err} {
		if !errors.Is(err, netx.ErrConnectionAborted) || !errors.Is(err, deferred.ErrTimeout) {
			t.Errorf("got %v", err)
		}
	}
	abortBoth(w, a, b)
}

func testStreamAbort(t *testing.T, w world) {
	a, b := w.streams()
	var read, line *outcome[[]byte]
	var wrote *outcome[int]
	var closed *outcome[struct{}]
	w.do(func() {
		read, line = watch(a.ReadFull(3)), watch(a.ReadUntil([]byte("x")))
		wrote = watch(a.Write(noise(w.much())))
		closed = watch(a.Close())
		a.Abort()
		if read.fired || wrote.fired || closed.fired {
			t.Error("something fired from inside Abort")
		}
	})
	w.settle()
	for name, err := range map[string]error{"read": read.err, "line": line.err, "write": wrote.err, "close": closed.err} {
		// The reads may say that it was closed before.
		if !errors.Is(err, netx.ErrConnectionAborted) && !errors.Is(err, net.ErrClosed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	abortBoth(w, a, b)
}

func testStreamReset(t *testing.T, w world) {
	a, b := w.streams()
	var read *outcome[[]byte]
	var wrote *outcome[int]
	w.do(func() {
		read = watch(a.Read())
		wrote = watch(a.Write(noise(w.much())))
		b.Abort()
	})
	w.until("the end", func() bool { return read.fired && wrote.fired })
	if !errors.Is(read.err, netx.ErrConnectionLost) || !errors.Is(wrote.err, netx.ErrConnectionLost) {
		t.Errorf("%v, %v", read.err, wrote.err)
	}
	abortBoth(w, a, b)
}

func testStreamInputBeforeReset(t *testing.T, w world) {
	a, b := w.streams()
	w.do(func() { b.Write([]byte("last words")) })
	w.settle()
	w.do(func() { b.Abort() })
	w.settle()
	if got := text(await(w, "the input", a.Read)); got != "last words" {
		t.Errorf("got %q", got)
	}
	if o := await(w, "the end", a.Read); !errors.Is(o.err, netx.ErrConnectionLost) {
		t.Errorf("got %q", text(o))
	}
	abortBoth(w, a, b)
}

func testStreamAfterTheEnd(t *testing.T, w world) {
	a, b := w.streams()
	w.do(func() { b.Write([]byte("unread")) })
	w.settle()
	await(w, "the end", a.Close)
	w.do(func() {
		for name, err := range map[string]error{
			"read":        watch(a.Read()).err,
			"read full":   watch(a.ReadFull(1)).err,
			"read until":  watch(a.ReadUntil([]byte("x"))).err,
			"read line":   watch(a.ReadLine()).err,
			"write":       watch(a.Write([]byte("x"))).err,
			"close write": a.CloseWrite(),
		} {
			if !errors.Is(err, net.ErrClosed) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if o := watch(a.Close()); !o.fired || o.err != nil {
			t.Errorf("close: %+v", o)
		}
		a.Abort()
	})
	abortBoth(w, a, b)
}
