package netxtest

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"testing"

	"github.com/spindle-go/spindle/netx"
)

func testOrder(t *testing.T, w World) {
	a, b := &Recorder{}, &Recorder{}
	w.Connect(a, b)
	var want bytes.Buffer
	w.Do(func() {
		for i := range 1000 {
			fmt.Fprintf(&want, "%d,", i)
			switch i % 3 {
			case 0:
				fmt.Fprintf(a.Conn, "%d,", i)
			case 1:
				a.Conn.WriteString(fmt.Sprintf("%d,", i))
			default:
				a.Conn.Writev([][]byte{fmt.Appendf(nil, "%d", i), nil, []byte(",")})
			}
		}
	})
	w.Until("all of it", func() bool { return b.Data.Len() >= want.Len() })
	w.Do(func() {
		if b.Data.String() != want.String() {
			t.Errorf("got %q", b.Data.String())
		}
		b.Conn.Close()
	})
	bothLost(t, w, a, b)
}

func testMuch(t *testing.T, w World) {
	size := w.Much()
	there, back := noise(size), noise(size)
	a, b := &Recorder{}, &Recorder{}
	b.OnData = func(p []byte) { // as much back as has come, while it comes
		at := b.Data.Len()
		if n, err := b.Conn.Write(back[at-len(p) : at]); n != len(p) || err != nil {
			t.Errorf("Write answered %d, %v", n, err)
		}
	}
	w.Connect(a, b)
	w.Do(func() {
		for p := there; len(p) > 0; p = p[min(len(p), 333_333):] {
			a.Conn.Write(p[:min(len(p), 333_333)])
		}
		if a.Conn.Buffered() == 0 {
			t.Errorf("all of %d bytes went out at once, so the test tests nothing", size)
		}
	})
	w.Until("all of it", func() bool { return a.Data.Len() >= size })
	w.Do(func() {
		if !bytes.Equal(b.Data.Bytes(), there) || !bytes.Equal(a.Data.Bytes(), back) {
			t.Error("what arrived is not what was sent")
		}
		if a.Conn.Buffered()+b.Conn.Buffered() != 0 {
			t.Errorf("%d and %d bytes are left", a.Conn.Buffered(), b.Conn.Buffered())
		}
		a.Conn.Close()
	})
	bothLost(t, w, a, b)
}

func testCallerKeeps(t *testing.T, w World) {
	a, b := &Recorder{}, &Recorder{}
	w.Connect(a, b)
	want := noise(w.Much())
	w.Do(func() {
		p := bytes.Clone(want)
		a.Conn.Write(p[:len(p)/2])
		a.Conn.Writev([][]byte{p[len(p)/2 : len(p)*3/4], p[len(p)*3/4:]})
		clear(p)
		a.Conn.Close()
	})
	bothLost(t, w, a, b)
	if !bytes.Equal(b.Data.Bytes(), want) {
		t.Error("what arrived is not what was written")
	}
}

func testWritev(t *testing.T, w World) {
	a, b := &Recorder{}, &Recorder{}
	w.Connect(a, b)
	var pieces [][]byte
	for i := range 100 {
		pieces = append(pieces, bytes.Repeat([]byte{byte(i)}, i*(1+w.Much()/100_000)))
	}
	want := bytes.Join(pieces, nil)
	w.Do(func() {
		if n, err := a.Conn.Writev(nil); n != 0 || err != nil {
			t.Errorf("Writev of nothing answered %d, %v", n, err)
		}
		if n, err := a.Conn.Writev([][]byte{nil, {}}); n != 0 || err != nil {
			t.Errorf("Writev of empty pieces answered %d, %v", n, err)
		}
		for range 2 { // the second one may meet a buffer
			if n, err := a.Conn.Writev(pieces); n != len(want) || err != nil {
				t.Errorf("Writev answered %d, %v", n, err)
			}
		}
		a.Conn.Close()
	})
	bothLost(t, w, a, b)
	if !bytes.Equal(b.Data.Bytes(), append(want, want...)) {
		t.Error("what arrived is not what was written")
	}
}

func testAtOnce(t *testing.T, w World) {
	a, b := &Recorder{}, &Recorder{}
	w.Connect(a, b)
	w.Do(func() {
		for _, write := range []func() (int, error){
			func() (int, error) { return a.Conn.Write([]byte("a")) },
			func() (int, error) { return a.Conn.WriteString("b") },
			func() (int, error) { return a.Conn.Writev([][]byte{[]byte("c"), []byte("d")}) },
			func() (int, error) { return a.Conn.Writev(make([][]byte, 100)) },
			func() (int, error) { return a.Conn.Write(nil) },
			func() (int, error) { return a.Conn.WriteString("") },
		} {
			if _, err := write(); err != nil || a.Conn.Buffered() != 0 {
				t.Errorf("%d bytes are buffered, error %v", a.Conn.Buffered(), err)
			}
		}
		a.Conn.Close()
	})
	bothLost(t, w, a, b)
	if b.Data.String() != "abcd" {
		t.Errorf("got %q", b.Data.String())
	}
}

func testWriteAfterClose(t *testing.T, w World) {
	a, b := &Recorder{}, &Recorder{}
	w.Connect(a, b)
	w.Do(func() {
		a.Conn.WriteString("before")
		a.Conn.Close()
		if n, err := a.Conn.WriteString(" and after"); n != 10 || err != nil {
			t.Errorf("Write in the turn of Close answered %d, %v", n, err)
		}
	})
	bothLost(t, w, a, b)
	if b.Data.String() != "before and after" {
		t.Errorf("got %q", b.Data.String())
	}
}

func testWriteAfterHalfClose(t *testing.T, w World) {
	a, b := &Recorder{}, &HalfRecorder{}
	w.Connect(a, b)
	refused := func(when string) {
		n, err := a.Conn.WriteString("x")
		if n != 0 || !errors.Is(err, netx.ErrWriteClosed) || !errors.Is(err, net.ErrClosed) {
			t.Errorf("%s: Write answered %d, %v", when, n, err)
		}
		if n, err := a.Conn.Writev([][]byte{{1}}); n != 0 || !errors.Is(err, netx.ErrWriteClosed) {
			t.Errorf("%s: Writev answered %d, %v", when, n, err)
		}
	}
	w.Do(func() { a.Conn.CloseWrite(); refused("at once") })
	w.Until("the FIN", func() bool { return len(b.Events) == 2 })
	w.Do(func() {
		refused("after the FIN")
		a.Conn.Close()
		refused("after Close")
	})
	w.Until("the end of a", a.Lost)
	w.Do(func() { b.Conn.Close() })
	bothLost(t, w, a, &b.Recorder)
	expect(t, w, a, "made, lost: done") // it is no HalfCloser
}
