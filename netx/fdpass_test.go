//go:build unix

package netx_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/spindle-go/spindle/netx"
)

// fdRecorder is a recorder that takes descriptors.
type fdRecorder struct {
	recorder
	files []*os.File
	at    []int // how many bytes had come before each of them
	onFDs func(files []*os.File)
}

func (r *fdRecorder) FDsReceived(files []*os.File) {
	r.files = append(r.files, files...)
	for range files {
		r.at = append(r.at, r.data.Len())
	}
	if r.onFDs != nil {
		r.onFDs(files)
	}
}

// closeFiles closes all that have come.
func (r *fdRecorder) closeFiles(t testing.TB) {
	t.Helper()
	for _, f := range r.files {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
	r.files = nil
}

// numbered returns a file that has a number in it.
func numbered(t testing.TB, n int) *os.File {
	t.Helper()
	f, err := os.CreateTemp(t.TempDir(), "")
	if err == nil {
		_, err = fmt.Fprint(f, n)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// numberIn returns the number in a file that numbered made.
func numberIn(t testing.TB, f *os.File) (n int) {
	t.Helper()
	text := make([]byte, 20)
	size, err := f.ReadAt(text, 0)
	if err != io.EOF {
		t.Errorf("reading what came: %v", err)
	}
	fmt.Sscan(string(text[:size]), &n)
	return n
}

// sameDescriptors checks, at the end of the test, that none was left open.
func sameDescriptors(t testing.TB) {
	t.Helper()
	before := descriptors()
	t.Cleanup(func() {
		if after := descriptors(); after != before {
			t.Errorf("%d descriptors before, %d after", before, after)
		}
	})
}

func TestFDsBothWays(t *testing.T) {
	sameDescriptors(t)
	w := newLocalWorld(t)
	a, b := &fdRecorder{}, &fdRecorder{}
	w.connect(a, b)
	r, wr, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	w.do(func() {
		for c, f := range map[*netx.Conn]*os.File{a.conn: r, b.conn: wr} {
			if n, err := c.WriteFDs([]byte("here"), f); n != 4 || err != nil {
				t.Errorf("WriteFDs answered %d, %v", n, err)
			}
			if err := f.Close(); err != nil { // the copy is under way
				t.Error(err)
			}
		}
	})
	w.until("both", func() bool { return len(a.files) == 1 && len(b.files) == 1 && a.data.Len() == 4 && b.data.Len() == 4 })
	if a.at[0] != 0 || b.at[0] != 0 {
		t.Errorf("they came after %d and %d bytes", a.at[0], b.at[0])
	}
	for _, f := range []*os.File{a.files[0], b.files[0]} {
		raw, err := f.SyscallConn()
		if err != nil {
			t.Fatal(err)
		}
		raw.Control(func(fd uintptr) {
			if flags, err := unix.FcntlInt(fd, unix.F_GETFD, 0); err != nil || flags&unix.FD_CLOEXEC == 0 {
				t.Errorf("it is handed on to children: %v", err)
			}
		})
	}
	if _, err := a.files[0].WriteString("through the pipe"); err != nil {
		t.Error(err)
	}
	a.closeFiles(t)
	if got, err := io.ReadAll(b.files[0]); string(got) != "through the pipe" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	b.closeFiles(t)
	w.do(func() { a.conn.Close() })
	bothLost(t, w, &a.recorder, &b.recorder)
}

// TestFDsComeWithTheirByte sends many, each with a byte of its own, through a
// connection that is full at times.
func TestFDsComeWithTheirByte(t *testing.T) {
	sameDescriptors(t)
	for name, gap := range map[string]int{"side by side": 0, "a little between": 5, "much between": 100_000} {
		t.Run(name, func(t *testing.T) {
			w := newLocalWorld(t)
			a, b := &recorder{}, &fdRecorder{}
			b.onMade = func(c *netx.Conn) { c.Pause() }
			w.connect(a, b)
			const many = 40
			want := new(bytes.Buffer)
			var offsets []int
			files := make([]*os.File, many)
			for i := range files {
				files[i] = numbered(t, i)
			}
			w.do(func() {
				for i, f := range files {
					between := noise(gap)
					want.Write(between)
					if _, err := a.conn.Write(between); err != nil {
						t.Error(err)
					}
					offsets = append(offsets, want.Len())
					text := strings.Repeat("f", 1+i%3)
					want.WriteString(text)
					if n, err := a.conn.WriteFDs([]byte(text), f); n != len(text) || err != nil {
						t.Errorf("number %d: %d, %v", i, n, err)
					}
				}
				a.conn.Close()
				b.conn.Resume()
			})
			bothLost(t, w, a, &b.recorder)
			if !bytes.Equal(b.data.Bytes(), want.Bytes()) || len(b.files) != many {
				t.Fatalf("%d of %d bytes and %d files came", b.data.Len(), want.Len(), len(b.files))
			}
			for i, f := range b.files {
				if got := numberIn(t, f); got != i || b.at[i] > offsets[i] {
					t.Errorf("number %d is %d, and came after %d bytes instead of %d", i, got, b.at[i], offsets[i])
				}
			}
			b.closeFiles(t)
		})
	}
}

// TestFDsNobodyTakes sends some to a protocol that does not know what to do with
// them, and lets others wait for ever.
func TestFDsNobodyTakes(t *testing.T) {
	sameDescriptors(t)
	w := newLocalWorld(t)
	a, b := &recorder{}, &recorder{}
	w.connect(a, b)
	f := numbered(t, 1)
	w.do(func() {
		for range 10 {
			if _, err := a.conn.WriteFDs([]byte("x"), f, f); err != nil {
				t.Error(err)
			}
		}
	})
	w.until("the bytes", func() bool { return b.data.Len() == 10 })
	w.do(func() { b.conn.Pause() })
	fill(t, w, a)
	w.do(func() {
		for i := range 200 { // more than may wait
			_, err := a.conn.WriteFDs([]byte("x"), f, f)
			if full := i >= 128; full != errors.Is(err, netx.ErrBufferFull) || !full && err != nil {
				t.Fatalf("number %d: %v", i, err)
			}
		}
		if a.conn.Closed() {
			t.Error("the connection has ended")
		}
		a.conn.Abort()
	})
	bothLost(t, w, a, b)
	f.Close()
}

// TestFDsInTheKernel leaves some in a connection that ends.
func TestFDsInTheKernel(t *testing.T) {
	sameDescriptors(t)
	w := newLocalWorld(t)
	a, b := &recorder{}, &fdRecorder{}
	w.connect(a, b)
	f := numbered(t, 1)
	w.do(func() {
		b.conn.Pause()
		if _, err := a.conn.WriteFDs([]byte("x"), f, f); err != nil {
			t.Error(err)
		}
		b.conn.Abort()
	})
	bothLost(t, w, a, &b.recorder)
	f.Close()
}

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

// takerWorld is a localWorld whose protocols take descriptors, and so read by
// another system call.
type takerWorld struct{ *localWorld }

func (w takerWorld) connect(a, b netx.Protocol, opts ...netx.Option) {
	w.localWorld.connect(taking(a), taking(b), opts...)
}

// taking returns a protocol that is p and an FDReceiver.
func taking(p netx.Protocol) netx.Protocol {
	if h, ok := p.(netx.HalfCloser); ok {
		return halfTaker{taker{p}, h}
	}
	return taker{p}
}

type taker struct{ netx.Protocol }

func (taker) FDsReceived([]*os.File) {}

type halfTaker struct {
	taker
	netx.HalfCloser
}

func TestConnOnUnixWithFDs(t *testing.T) {
	ConnSuite(t, func(t testing.TB) world { return takerWorld{newLocalWorld(t)} })
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
