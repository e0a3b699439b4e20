package netx_test

import (
	"errors"
	"io"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/netx"
)

func testStreamFrames(t *testing.T, w world) {
	a, b := w.streams()
	for _, c := range framings {
		for _, text := range []string{"x", "", "yz"} {
			var wrote *outcome[int]
			w.do(func() { wrote = watch(a.WriteFrame(c.framing, []byte(text))) })
			o := await(w, "a frame", func() *deferred.Deferred[[]byte] { return b.ReadFrame(c.framing) })
			if string(o.v) != text || o.err != nil {
				t.Errorf("%s: got %q, %v", c.name, o.v, o.err)
			}
			w.until("the write", func() bool { return wrote.fired })
			if wrote.v != len(text) || wrote.err != nil {
				t.Errorf("%s: the write: %+v", c.name, wrote)
			}
		}
	}
	o := await(w, "a failure", func() *deferred.Deferred[int] {
		return a.WriteFrame(netx.Prefixed{Bits: 8}, make([]byte, 256))
	})
	if !errors.Is(o.err, netx.ErrMessageTooLong) {
		t.Errorf("got the error %v", o.err)
	}
	w.do(func() {
		for name, f := range map[string]func(){"read": func() { b.ReadFrame(nil) }, "write": func() { b.WriteFrame(nil, nil) }} {
			t.Run(name, func(t *testing.T) { wantPanic(t, f) })
		}
	})
	abortBoth(w, a, b)
}

func testStreamFrameCancel(t *testing.T, w world) {
	a, b := w.streams()
	var first, second *outcome[[]byte]
	w.do(func() {
		d := b.ReadFrame(netx.Netstrings{})
		first = watch(d)
		second = watch(b.ReadFrame(netx.Lines{}))
		a.Write([]byte("3:a"))
		d.Cancel()
	})
	w.do(func() { a.Write([]byte("bc,\r\n")) })
	w.until("the second read", func() bool { return second.fired })
	w.do(func() {
		if !errors.Is(first.err, deferred.ErrCancelled) || text(second) != "3:abc," {
			t.Errorf("got %v and %q", first.err, text(second))
		}
	})
	abortBoth(w, a, b)
}

func testStreamFrameBad(t *testing.T, w world) {
	a, b := w.streams()
	w.do(func() { a.Write([]byte("1:a,x:b,")); a.CloseWrite() })
	netstring := func() *deferred.Deferred[[]byte] { return b.ReadFrame(netx.Netstrings{}) }
	if o := await(w, "a frame", netstring); text(o) != "a" {
		t.Errorf("got %q", text(o))
	}
	for range 2 {
		if o := await(w, "a failure", netstring); !errors.Is(o.err, netx.ErrBadFrame) {
			t.Errorf("got %q", text(o))
		}
	}
	if o := await(w, "the rest", func() *deferred.Deferred[[]byte] { return b.ReadFull(4) }); text(o) != "x:b," {
		t.Errorf("got %q", text(o))
	}
	if o := await(w, "the end", netstring); !errors.Is(o.err, io.EOF) {
		t.Errorf("got %q", text(o))
	}
	abortBoth(w, a, b)
}
