//go:build unix

package netx_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/spindle-go/spindle/netx"
)

// foreigner connects a client of package net.
func foreigner(t *testing.T, w *localWorld, p netx.Protocol, opts ...netx.Option) *net.UnixConn {
	t.Helper()
	w.do(func() {
		if _, err := w.net.Listen("unix", w.at, factory(p), opts...); err != nil {
			t.Error(err)
		}
	})
	c, err := net.DialUnix("unix", nil, &net.UnixAddr{Net: "unix", Name: w.at})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// TestTooManyFDs has a peer send more than this side takes.
func TestTooManyFDs(t *testing.T) {
	f := numbered(t, 7)
	for _, tt := range []struct{ limit, sent int }{{1, 1}, {1, 2}, {2, 3}, {3, 4}, {64, 64}, {64, 200}, {253, 253}} {
		t.Run(fmt.Sprintf("%d of %d", tt.sent, tt.limit), func(t *testing.T) {
			sameDescriptors(t)
			w := newLocalWorld(t)
			b := &fdRecorder{}
			c := foreigner(t, w, b, netx.WithMaxFDs(tt.limit))
			fds := make([]int, tt.sent)
			for i := range fds {
				fds[i] = int(f.Fd())
			}
			if _, _, err := c.WriteMsgUnix([]byte("x"), unix.UnixRights(fds...), nil); err != nil {
				t.Fatal(err)
			}
			if tt.sent <= tt.limit {
				w.until("them", func() bool { return b.data.Len() == 1 })
				if len(b.files) != tt.sent || numberIn(t, b.files[0]) != 7 {
					t.Errorf("%d came", len(b.files))
				}
				b.closeFiles(t)
			} else {
				w.until("the end", b.lost)
				if !errors.Is(b.reason, netx.ErrFDsLost) || kindOf(b.reason) != "lost" || len(b.files) != 0 || b.data.Len() != 0 {
					t.Errorf("%d came; %v", len(b.files), b.reason)
				}
			}
			c.Close()
			w.until("the end", b.lost)
		})
	}
}

// TestFDsToAForeigner has package net receive them.
func TestFDsToAForeigner(t *testing.T) {
	sameDescriptors(t)
	w := newLocalWorld(t)
	b := &fdRecorder{}
	b.onMade = func(c *netx.Conn) {
		f := numbered(t, 42)
		if _, err := c.WriteFDs([]byte("take it"), f); err != nil {
			t.Error(err)
		}
		f.Close()
	}
	c := foreigner(t, w, b)
	data, control := make([]byte, 100), make([]byte, 100)
	n, size, _, _, err := c.ReadMsgUnix(data, control)
	if err != nil || string(data[:n]) != "take it" {
		t.Fatalf("got %q, %v", data[:n], err)
	}
	messages, err := unix.ParseSocketControlMessage(control[:size])
	if err != nil || len(messages) != 1 {
		t.Fatalf("got %v, %v", messages, err)
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil || len(fds) != 1 {
		t.Fatalf("got %v, %v", fds, err)
	}
	f := os.NewFile(uintptr(fds[0]), "")
	if got := numberIn(t, f); got != 42 {
		t.Errorf("it has %d in it", got)
	}
	f.Close()
	c.Close()
	w.until("the end", b.lost)
}

// TestPassAConnection hands a connection over TCP to another protocol, as a
// supervisor does to a worker.
func TestPassAConnection(t *testing.T) {
	w := newLocalWorld(t)
	a, b := &recorder{}, &fdRecorder{}
	w.connect(a, b)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client := connectTo(t, l.Addr().String())
	server, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	w.do(func() {
		if _, err := a.conn.WriteFDs([]byte("serve it"), server.(*net.TCPConn)); err != nil {
			t.Error(err)
		}
	})
	server.Close()
	w.until("it", func() bool { return len(b.files) == 1 })
	passed, err := net.FileConn(b.files[0])
	if err != nil {
		t.Fatal(err)
	}
	b.closeFiles(t)
	go func() {
		io.Copy(passed, passed)
		passed.Close()
	}()
	if got := hello(t, client); got != "hello" {
		t.Errorf("got %q", got)
	}
	client.Close()
	w.do(func() { a.conn.Close() })
	bothLost(t, w, a, &b.recorder)
}
