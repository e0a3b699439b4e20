package netx_test

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"testing"

	"github.com/spindle-go/spindle/netx"
)

func testOrder(t *testing.T, w world) {
	a, b := &recorder{}, &recorder{}
	w.connect(a, b)
	var want bytes.Buffer
	w.do(func() {
		for i := range 1000 {
			fmt.Fprintf(&want, "%d,", i)
			switch i % 3 {
			case 0:
				fmt.Fprintf(a.conn, "%d,", i)
			case 1:
				a.conn.WriteString(fmt.Sprintf("%d,", i))
			default:
				a.conn.Writev([][]byte{fmt.Appendf(nil, "%d", i), nil, []byte(",")})
			}
		}
	})
	w.until("all of it", func() bool { return b.data.Len() >= want.Len() })
	w.do(func() {
		if b.data.String() != want.String() {
			t.Errorf("got %q", b.data.String())
		}
		b.conn.Close()
	})
	bothLost(t, w, a, b)
}

func testMuch(t *testing.T, w world) {
	size := w.much()
	there, back := noise(size), noise(size)
	a, b := &recorder{}, &recorder{}
	b.onData = func(p []byte) { // as much back as has come, while it comes
		at := b.data.Len()
		if n, err := b.conn.Write(back[at-len(p) : at]); n != len(p) || err != nil {
			t.Errorf("Write answered %d, %v", n, err)
		}
	}
	w.connect(a, b)
	w.do(func() {
		for p := there; len(p) > 0; p = p[min(len(p), 333_333):] {
			a.conn.Write(p[:min(len(p), 333_333)])
		}
		if a.conn.Buffered() == 0 {
			t.Errorf("all of %d bytes went out at once, so the test tests nothing", size)
		}
	})
	w.until("all of it", func() bool { return a.data.Len() >= size })
	w.do(func() {
		if !bytes.Equal(b.data.Bytes(), there) || !bytes.Equal(a.data.Bytes(), back) {
			t.Error("what arrived is not what was sent")
		}
		if a.conn.Buffered()+b.conn.Buffered() != 0 {
			t.Errorf("%d and %d bytes are left", a.conn.Buffered(), b.conn.Buffered())
		}
		a.conn.Close()
	})
	bothLost(t, w, a, b)
}

func testCallerKeeps(t *testing.T, w world) {
	a, b := &recorder{}, &recorder{}
	w.connect(a, b)
	want := noise(w.much())
	w.do(func() {
		p := bytes.Clone(want)
		a.conn.Write(p[:len(p)/2])
		a.conn.Writev([][]byte{p[len(p)/2 : len(p)*3/4], p[len(p)*3/4:]})
		clear(p)
		a.conn.Close()
	})
	bothLost(t, w, a, b)
	if !bytes.Equal(b.data.Bytes(), want) {
		t.Error("what arrived is not what was written")
	}
}

func testWritev(t *testing.T, w world) {
	a, b := &recorder{}, &recorder{}
	w.connect(a, b)
	var pieces [][]byte
	for i := range 100 {
		pieces = append(pieces, bytes.Repeat([]byte{byte(i)}, i*(1+w.much()/100_000)))
	}
	want := bytes.Join(pieces, nil)
	w.do(func() {
		if n, err := a.conn.Writev(nil); n != 0 || err != nil {
			t.Errorf("Writev of nothing answered %d, %v", n, err)
		}
		if n, err := a.conn.Writev([][]byte{nil, {}}); n != 0 || err != nil {
			t.Errorf("Writev of empty pieces answered %d, %v", n, err)
		}
		for range 2 { // the second one may meet a buffer
			if n, err := a.conn.Writev(pieces); n != len(want) || err != nil {
				t.Errorf("Writev answered %d, %v", n, err)
			}
		}
		a.conn.Close()
	})
	bothLost(t, w, a, b)
	if !bytes.Equal(b.data.Bytes(), append(want, want...)) {
		t.Error("what arrived is not what was written")
	}
}

func testAtOnce(t *testing.T, w world) {
	a, b := &recorder{}, &recorder{}
	w.connect(a, b)
	w.do(func() {
		for _, write := range []func() (int, error){
			func() (int, error) { return a.conn.Write([]byte("a")) },
			func() (int, error) { return a.conn.WriteString("b") },
			func() (int, error) { return a.conn.Writev([][]byte{[]byte("c"), []byte("d")}) },
			func() (int, error) { return a.conn.Writev(make([][]byte, 100)) },
			func() (int, error) { return a.conn.Write(nil) },
			func() (int, error) { return a.conn.WriteString("") },
		} {
			if _, err := write(); err != nil || a.conn.Buffered() != 0 {
				t.Errorf("%d bytes are buffered, error %v", a.conn.Buffered(), err)
			}
		}
		a.conn.Close()
	})
	bothLost(t, w, a, b)
	if b.data.String() != "abcd" {
		t.Errorf("got %q", b.data.String())
	}
}

func testWriteAfterClose(t *testing.T, w world) {
	a, b := &recorder{}, &recorder{}
	w.connect(a, b)
	w.do(func() {
		a.conn.WriteString("before")
		a.conn.Close()
		if n, err := a.conn.WriteString(" and after"); n != 10 || err != nil {
			t.Errorf("Write in the turn of Close answered %d, %v", n, err)
		}
	})
	bothLost(t, w, a, b)
	if b.data.String() != "before and after" {
		t.Errorf("got %q", b.data.String())
	}
}

func testWriteAfterHalfClose(t *testing.T, w world) {
	a, b := &recorder{}, &halfRecorder{}
	w.connect(a, b)
	refused := func(when string) {
		n, err := a.conn.WriteString("x")
		if n != 0 || !errors.Is(err, netx.ErrWriteClosed) || !errors.Is(err, net.ErrClosed) {
			t.Errorf("%s: Write answered %d, %v", when, n, err)
		}
		if n, err := a.conn.Writev([][]byte{{1}}); n != 0 || !errors.Is(err, netx.ErrWriteClosed) {
			t.Errorf("%s: Writev answered %d, %v", when, n, err)
		}
	}
	w.do(func() { a.conn.CloseWrite(); refused("at once") })
	w.until("the FIN", func() bool { return len(b.events) == 2 })
	w.do(func() {
		refused("after the FIN")
		a.conn.Close()
		refused("after Close")
	})
	w.until("the end of a", a.lost)
	w.do(func() { b.conn.Close() })
	bothLost(t, w, a, &b.recorder)
	expect(t, w, a, "made, lost: done") // it is no HalfCloser
}
