package netx_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/netx"
)

func testStreamRead(t *testing.T, w world) {
	a, b := w.streams()
	w.do(func() { a.Write([]byte("hello")) })
	first := await(w, "some bytes", func() *deferred.Deferred[[]byte] { return b.ReadFull(2) })
	_ = append(first.v, "xxx"...) // it is the caller's, and so is what comes after it in memory
	if got := text(first) + text(await(w, "the rest", b.Read)); got != "hello" {
		t.Errorf("got %q", got)
	}
	var later *outcome[[]byte]
	w.do(func() { later = watch(b.Read()) })
	w.settle()
	w.do(func() {
		if later.fired {
			t.Errorf("nothing was sent, and %q was read", text(later))
		}
		a.Write([]byte("again"))
	})
	w.until("the second read", func() bool { return later.fired })
	if got := text(later); got != "again" {
		t.Errorf("got %q", got)
	}
	abortBoth(w, a, b)
}

func testStreamOrder(t *testing.T, w world) {
	a, b := w.streams()
	var got []string
	note := func(name string) func([]byte) {
		return func(p []byte) { got = append(got, fmt.Sprintf("%s %q", name, p)) }
	}
	w.do(func() {
		b.ReadFull(3).Tap(note("full"))
		b.ReadUntil([]byte(";")).Tap(note("until"))
		b.ReadFull(0).Tap(note("nothing"))
		b.ReadLine().Tap(func(line string) { note("line")([]byte(line)) })
		b.Read().Tap(note("rest"))
		a.Write([]byte("abcde;fg\r\nhij"))
	})
	w.until("all", func() bool { return len(got) == 5 })
	want := `nothing "", full "abc", until "de;", line "fg", rest "hij"`
	if strings.Join(got, ", ") != want {
		t.Errorf("got %v", got)
	}
	abortBoth(w, a, b)
}

func testStreamReadFull(t *testing.T, w world) {
	a, b := w.streams()
	want := noise(100_000)
	w.do(func() { a.Write(want) })
	got := []byte{}
	for n := 1; n <= 100_000-len(got); n *= 3 {
		got = append(got, await(w, "bytes", func() *deferred.Deferred[[]byte] { return b.ReadFull(n) }).v...)
	}
	if !bytes.Equal(got, want[:len(got)]) {
		t.Error("what was read is not what was written")
	}
	abortBoth(w, a, b)
}

func testStreamReadUntil(t *testing.T, w world) {
	a, b := w.streams()
	delim := []byte("\r\n\r\n")
	var o *outcome[[]byte]
	w.do(func() {
		o = watch(b.ReadUntil(delim))
		copy(delim, "xxxx") // the caller keeps it
		a.Write([]byte("GET /\r\nHost: a\r\n\r\nbody"))
	})
	w.until("the head", func() bool { return o.fired })
	if got := text(o); got != "GET /\r\nHost: a\r\n\r\n" {
		t.Errorf("got %q", got)
	}
	if got := text(await(w, "the rest", b.Read)); got != "body" {
		t.Errorf("got %q", got)
	}
	abortBoth(w, a, b)
}

func testStreamReadLine(t *testing.T, w world) {
	a, b := w.streams()
	w.do(func() { a.Write([]byte("one\ntwo\r\n\n\r\n\rthree\r\r\nfour")); a.CloseWrite() })
	for _, want := range []string{"one", "two", "", "", "\rthree\r"} {
		if o := await(w, "a line", b.ReadLine); o.v != want || o.err != nil {
			t.Errorf("got %q, %v, not %q", o.v, o.err, want)
		}
	}
	if o := await(w, "the end", b.ReadLine); !errors.Is(o.err, io.ErrUnexpectedEOF) {
		t.Errorf("got %q, %v", o.v, o.err)
	}
	if got := text(await(w, "the rest", b.Read)); got != "four" {
		t.Errorf("what stood before the end is %q", got)
	}
	if o := await(w, "the end", b.ReadLine); !errors.Is(o.err, io.EOF) {
		t.Errorf("got %q, %v", o.v, o.err)
	}
	abortBoth(w, a, b)
}

func testStreamPieces(t *testing.T, w world) {
	// The delimiter can come in any pieces, and begin like itself.
	a, b := w.streams()
	r := rand.New(rand.NewPCG(1, 1))
	for range 100 {
		var message []byte
		for range r.IntN(20) {
			message = append(message, "ab"[r.IntN(2)])
		}
		message = append(message, "aab!"...)
		o := &outcome[[]byte]{}
		w.do(func() { o = watch(b.ReadUntil([]byte("aab!"))) })
		for rest := message; len(rest) > 0; {
			n := 1 + r.IntN(min(len(rest), 3))
			w.do(func() { a.Write(rest[:n]) })
			rest = rest[n:]
		}
		w.until("the message", func() bool { return o.fired })
		if !bytes.Equal(o.v, message) {
			t.Errorf("got %q, not %q", o.v, message)
		}
	}
	abortBoth(w, a, b)
}

func testStreamTooLong(t *testing.T, w world) {
	a, b := w.streams(netx.WithReadLimit(10))
	w.do(func() { a.Write([]byte("123456789\n")) })
	if o := await(w, "a line of ten", b.ReadLine); o.v != "123456789" || o.err != nil {
		t.Errorf("got %q, %v", o.v, o.err)
	}
	w.do(func() { a.Write([]byte("1234567890\n")) })
	for range 2 {
		if o := await(w, "a line of eleven", b.ReadLine); !errors.Is(o.err, netx.ErrMessageTooLong) {
			t.Errorf("got %q, %v", o.v, o.err)
		}
	}
	if got := text(await(w, "what there is", b.Read)); got != "1234567890\n" {
		t.Errorf("got %q", got)
	}
	var o *outcome[[]byte]
	w.do(func() { o = watch(b.ReadUntil([]byte("\n"))); a.Write(make([]byte, 10)) })
	w.until("the limit", func() bool { return o.fired })
	if !errors.Is(o.err, netx.ErrMessageTooLong) {
		t.Errorf("a read that waited got %v", o.err)
	}
	abortBoth(w, a, b)
}

func testStreamEOF(t *testing.T, w world) {
	a, b := w.streams()
	var full, until, line, read *outcome[[]byte]
	w.do(func() {
		full = watch(b.ReadFull(5))
		until = watch(b.ReadUntil([]byte("\n")))
		read = watch(b.Read())
		line = watch(b.ReadFull(1))
		a.Write([]byte("1234"))
		a.CloseWrite()
	})
	w.until("all", func() bool { return line.fired })
	for name, o := range map[string]*outcome[[]byte]{"full": full, "until": until} {
		if !errors.Is(o.err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: %q", name, text(o))
		}
	}
	if text(read) != "1234" || !errors.Is(line.err, io.EOF) {
		t.Errorf("then %q, then %q", text(read), text(line))
	}
	for range 2 {
		if o := await(w, "the end", b.Read); !errors.Is(o.err, io.EOF) {
			t.Errorf("got %q", text(o))
		}
	}
	w.do(func() { watch(b.Close()) })
	if o := await(w, "the end of all", b.Read); !errors.Is(o.err, net.ErrClosed) {
		t.Errorf("after Close: %q", text(o))
	}
	abortBoth(w, a, b)
}

func testStreamCancel(t *testing.T, w world) {
	a, b := w.streams()
	var first, second *outcome[[]byte]
	var third *outcome[string]
	w.do(func() {
		d1, d2, d3 := b.ReadFull(100), b.Read(), b.ReadLine()
		first, second, third = watch(d1), watch(d2), watch(d3)
		a.Write([]byte("rest\n"))
		d3.Cancel()
	})
	w.settle()
	w.do(func() {
		if first.fired || second.fired || !errors.Is(third.err, deferred.ErrCancelled) {
			t.Errorf("%+v, %+v, %+v", first, second, third)
		}
		d := b.ReadFull(1)
		watch(d)
		d.Cancel()
	})
	w.settle()
	abortBoth(w, a, b)
	// What a cancelled read did not take goes to the next one.
	a, b = w.streams()
	var d *deferred.Deferred[[]byte]
	w.do(func() {
		d = b.ReadFull(100)
		first, second = watch(d), watch(b.Read())
		a.Write([]byte("rest"))
	})
	w.settle()
	w.do(func() {
		if first.fired || second.fired {
			t.Errorf("%+v, %+v", first, second)
		}
		d.Cancel()
	})
	w.until("the second read", func() bool { return second.fired })
	if !errors.Is(first.err, deferred.ErrCancelled) || text(second) != "rest" {
		t.Errorf("%+v, %q", first, text(second))
	}
	abortBoth(w, a, b)
}

func testStreamBackPressure(t *testing.T, w world) {
	a, b := w.streams(netx.WithReadBuffer(10_000))
	var wrote *outcome[int]
	size := 3 * w.much()
	w.do(func() { wrote = watch(a.Write(noise(size))) })
	w.settle()
	if wrote.fired {
		t.Error("everything went out, though nobody reads")
	}
	var got bytes.Buffer
	var read func()
	read = func() {
		b.Read().Tap(func(p []byte) {
			if got.Write(p); got.Len() < size {
				read()
			}
		})
	}
	w.do(read)
	w.until("all", func() bool { return got.Len() == size && wrote.fired })
	if !bytes.Equal(got.Bytes(), noise(size)) {
		t.Error("what was read is not what was written")
	}
	abortBoth(w, a, b)
}

func testStreamLargeRead(t *testing.T, w world) {
	a, b := w.streams(netx.WithReadBuffer(100))
	w.do(func() { a.Write(noise(100_000)) })
	w.settle()
	for range 2 {
		o := await(w, "many bytes", func() *deferred.Deferred[[]byte] { return b.ReadFull(50_000) })
		if len(o.v) != 50_000 {
			t.Errorf("got %d bytes, %v", len(o.v), o.err)
		}
	}
	abortBoth(w, a, b)
}

func testStreamDeep(t *testing.T, w world) {
	const lines = 30_000
	a, b := w.streams(netx.WithReadBuffer(2 * lines))
	w.do(func() { a.Write(bytes.Repeat([]byte("\n"), lines)) })
	w.settle()
	n, depth, deepest := 0, 0, 0
	var next func()
	next = func() {
		depth++
		deepest = max(deepest, depth)
		b.ReadLine().Tap(func(string) {
			if n++; n < lines {
				next()
			}
		})
		depth--
	}
	w.do(next)
	w.until("all lines", func() bool { return n == lines })
	if deepest > 200 {
		t.Errorf("%d calls deep", deepest)
	}
	abortBoth(w, a, b)
}
