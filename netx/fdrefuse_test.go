//go:build unix

package netx_test

import (
	"errors"
	"net"
	"os"
	"syscall"
	"testing"

	"github.com/spindle-go/spindle/netx"
)

// TestFDsAndTheEnd ends the connection from FDsReceived, after which no bytes are
// delivered.
func TestFDsAndTheEnd(t *testing.T) {
	sameDescriptors(t)
	f := numbered(t, 1)
	boom := errors.New("boom")
	for name, tt := range map[string]struct {
		do   func(c *netx.Conn)
		kind string
	}{
		"close": {func(c *netx.Conn) { c.Close() }, "done"},
		"abort": {func(c *netx.Conn) { c.Abort() }, "aborted"},
		"panic": {func(*netx.Conn) { panic(boom) }, "panic: boom"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newLocalWorld(t)
			a, b := &recorder{}, &fdRecorder{}
			b.onFDs = func([]*os.File) { tt.do(b.conn) }
			w.connect(a, b)
			w.do(func() { a.conn.WriteFDs([]byte("x"), f) })
			bothLost(t, w, a, &b.recorder)
			if kindOf(b.reason) != tt.kind || b.data.Len() != 0 || len(b.files) != 1 {
				t.Errorf("%v; %d bytes, %d files", b.reason, b.data.Len(), len(b.files))
			}
			b.closeFiles(t)
		})
	}
	f.Close()
}

func TestWriteFDsRefuses(t *testing.T) {
	sameDescriptors(t)
	w := newLocalWorld(t)
	a, b := &recorder{}, &fdRecorder{}
	w.connect(a, b)
	f, closed := numbered(t, 1), numbered(t, 2)
	closed.Close()
	w.do(func() {
		many := make([]syscall.Conn, 254)
		for i := range many {
			many[i] = f
		}
		for name, tt := range map[string]struct {
			files []syscall.Conn
			is    error
		}{
			"too many":          {many, netx.ErrMessageTooLong},
			"a file not open":   {[]syscall.Conn{f, closed}, os.ErrClosed},
			"more than may be":  {append(many, many...), netx.ErrMessageTooLong},
			"without any, fine": {nil, nil},
		} {
			n, err := a.conn.WriteFDs([]byte("x"), tt.files...)
			if !errors.Is(err, tt.is) || (err == nil) != (n == 1) {
				t.Errorf("%s: %d, %v", name, n, err)
			}
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Error("no byte, and no panic")
				}
			}()
			a.conn.WriteFDs(nil, f)
		}()
		a.conn.CloseWrite()
		if _, err := a.conn.WriteFDs([]byte("x"), f); !errors.Is(err, netx.ErrWriteClosed) {
			t.Errorf("after CloseWrite: %v", err)
		}
	})
	bothLost(t, w, a, &b.recorder)
	if b.data.String() != "x" {
		t.Errorf("got %q", b.data.String())
	}
	w.do(func() {
		if _, err := a.conn.WriteFDs([]byte("x"), f); !errors.Is(err, net.ErrClosed) {
			t.Errorf("after the end: %v", err)
		}
	})
	overTCP := newTCPWorld(t)
	c, d := &recorder{}, &recorder{}
	overTCP.connect(c, d)
	overTCP.do(func() {
		if _, err := c.conn.WriteFDs([]byte("x"), f); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("over TCP: %v", err)
		}
		c.conn.Close()
	})
	bothLost(t, overTCP, c, d)
	f.Close()
	for _, n := range []int{0, -1, 254} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("WithMaxFDs(%d): no panic", n)
				}
			}()
			netx.WithMaxFDs(n)
		}()
	}
}
