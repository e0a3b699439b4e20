package netx_test

import (
	"bytes"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

func TestStreamOnPair(t *testing.T) {
	StreamSuite(t, func(t testing.TB) world { return newPairWorld(t) })
}

func TestStreamOnTCP(t *testing.T) {
	StreamSuite(t, func(t testing.TB) world { return newTCPWorld(t) })
}

// StreamSuite holds the Streams of any world to the rules of Stream.
func StreamSuite(t *testing.T, newWorld func(t testing.TB) world) {
	for name, test := range map[string]func(t *testing.T, w world){
		"read":                            testStreamRead,
		"reads in order":                  testStreamOrder,
		"read full":                       testStreamReadFull,
		"read until":                      testStreamReadUntil,
		"read lines":                      testStreamReadLine,
		"delimiter in pieces":             testStreamPieces,
		"too long a message":              testStreamTooLong,
		"end of the input":                testStreamEOF,
		"writing after the peer's FIN":    testStreamHalfClosed,
		"write fires when it is out":      testStreamWrite,
		"close flushes":                   testStreamCloseFlushes,
		"close with reads that wait":      testStreamCloseReads,
		"close that cannot flush":         testStreamCloseFails,
		"abort":                           testStreamAbort,
		"reset by the peer":               testStreamReset,
		"input that came before a reset":  testStreamInputBeforeReset,
		"after the end":                   testStreamAfterTheEnd,
		"cancelled reads":                 testStreamCancel,
		"nobody reads":                    testStreamBackPressure,
		"a read larger than the buffer":   testStreamLargeRead,
		"a callback that reads all lines": testStreamDeep,
		"wrong use":                       testStreamPanics,
		"addresses":                       testStreamAddresses,
	} {
		t.Run(name, func(t *testing.T) { test(t, newWorld(t)) })
	}
}

// outcome is what a Deferred came to. Loop goroutine only.
type outcome[T any] struct {
	fired bool
	v     T
	err   error
}

// watch notes what d comes to.
func watch[T any](d *deferred.Deferred[T]) *outcome[T] {
	o := &outcome[T]{}
	d.AddBoth(func(v T, err error) (T, error) {
		*o = outcome[T]{true, v, err}
		return v, nil
	})
	return o
}

// await lets the world go on until the Deferred that f makes has fired.
func await[T any](w world, what string, f func() *deferred.Deferred[T]) *outcome[T] {
	var o *outcome[T]
	w.do(func() { o = watch(f()) })
	w.until(what, func() bool { return o.fired })
	return o
}

// text is what a read has come to, as text.
func text(o *outcome[[]byte]) string {
	if o.err != nil {
		return "error: " + o.err.Error()
	}
	return string(o.v)
}

// abortBoth ends a pair of streams.
func abortBoth(w world, a, b *netx.Stream) {
	w.do(func() { a.Abort(); b.Abort() })
	w.settle()
}

func testStreamWrite(t *testing.T, w world) {
	a, b := w.streams()
	var small, large, last *outcome[int]
	size := w.much()
	w.do(func() {
		if small = watch(a.Write([]byte("small"))); !small.fired || small.v != 5 {
			t.Errorf("a small write: %+v", small)
		}
		p := noise(size)
		large = watch(a.Write(p))
		clear(p) // the caller keeps it
		cancelled := a.Write([]byte("x"))
		cancelled.Catch(func(*failure.Failure) {})
		cancelled.Cancel()
		last = watch(a.Write([]byte("last")))
		if large.fired || last.fired {
			t.Error("a write fired before it was out")
		}
	})
	w.settle()
	w.do(func() {
		if large.fired || last.fired {
			t.Error("a write fired that nobody has read")
		}
	})
	want := append(append([]byte("small"), noise(size)...), "xlast"...)
	got := await(w, "all", func() *deferred.Deferred[[]byte] { return b.ReadFull(len(want)) })
	if !bytes.Equal(got.v, want) {
		t.Errorf("got %d bytes, error %v", len(got.v), got.err)
	}
	w.do(func() {
		if !large.fired || large.v != size || !last.fired || last.v != 4 {
			t.Errorf("%+v, %+v", large, last)
		}
	})
	abortBoth(w, a, b)
}

func testStreamPanics(t *testing.T, w world) {
	a, b := w.streams()
	w.do(func() {
		for name, f := range map[string]func(){
			"ReadFull of less than nothing": func() { a.ReadFull(-1) },
			"ReadUntil of nothing":          func() { a.ReadUntil(nil) },
		} {
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("%s did not panic", name)
					}
				}()
				f()
			}()
		}
	})
	abortBoth(w, a, b)
}

func testStreamAddresses(t *testing.T, w world) {
	a, b := w.streams()
	w.do(func() {
		if a.LocalAddr().String() != b.RemoteAddr().String() || b.LocalAddr().String() != a.RemoteAddr().String() {
			t.Errorf("%v->%v and %v->%v", a.LocalAddr(), a.RemoteAddr(), b.LocalAddr(), b.RemoteAddr())
		}
	})
	abortBoth(w, a, b)
}
