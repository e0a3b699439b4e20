//go:build unix

package netx_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
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
		if after := descriptors(); after > before {
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

// fill writes to a until its peer, which must be paused, takes no more.
func fill(t testing.TB, w world, a *recorder) {
	t.Helper()
	for full := false; !full; {
		w.do(func() {
			for a.conn.Buffered() <= 1<<20 {
				if _, err := a.conn.Write(make([]byte, 64<<10)); err != nil {
					t.Fatal(err)
				}
			}
		})
		w.settle()
		w.do(func() { full = a.conn.Buffered() > 1<<20 })
	}
}
