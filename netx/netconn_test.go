//go:build unix

package netx_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/threads"
	"github.com/spindle-go/spindle/timeout"
)

// netConns joins two bridges over TCP.
func netConns(t *testing.T, w *tcpWorld, opts ...netx.Option) (a, b net.Conn) {
	t.Helper()
	s, u := w.streams(opts...)
	w.do(func() { a, b = s.NetConn(), u.NetConn() })
	t.Cleanup(func() {
		a.Close()
		b.Close()
	})
	return a, b
}

func TestNetConnCopies(t *testing.T) {
	w := newTCPWorld(t)
	a, b := netConns(t, w)
	const size = 16 << 20
	sent := make([]byte, size)
	for i := range sent {
		sent[i] = byte(i * 7 >> 3)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		if n, err := a.Write(sent); n != size || err != nil {
			t.Errorf("Write gave %d, %v", n, err)
		}
		if err := a.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
			t.Error(err)
		}
		if n, err := a.Write(sent); n != 0 || !errors.Is(err, netx.ErrWriteClosed) {
			t.Errorf("Write after CloseWrite gave %d, %v", n, err)
		}
	})
	got, err := io.ReadAll(b)
	if err != nil || !bytes.Equal(got, sent) {
		t.Errorf("%d bytes came, %v", len(got), err)
	}
	wg.Wait()
	if _, err := b.Write([]byte("back")); err != nil { // the other direction still works
		t.Error(err)
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	if got, err := io.ReadAll(a); err != nil || string(got) != "back" {
		t.Errorf("the answer is %q, %v", got, err)
	}
}

// TestNetConnIsBounded has a peer that does not read: neither side keeps more than
// its buffers.
func TestNetConnIsBounded(t *testing.T) {
	w := newTCPWorld(t)
	a, _ := netConns(t, w)
	much := make([]byte, 64<<20)
	if err := a.SetWriteDeadline(time.Now().Add(200 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	n, err := a.Write(much)
	var ne net.Error
	if !errors.As(err, &ne) || !ne.Timeout() || !errors.Is(err, os.ErrDeadlineExceeded) || n == 0 || n == 64<<20 {
		t.Errorf("Write gave %d, %v", n, err)
	}
}

func TestNetConnErrors(t *testing.T) {
	w := newTCPWorld(t)
	a, b := netConns(t, w)
	isOp := func(what string, err, want error) {
		t.Helper()
		if op := (*net.OpError)(nil); !errors.As(err, &op) || !errors.Is(err, want) {
			t.Errorf("%s: %v", what, err)
		}
	}
	w.do(func() { // where it must not block
		if n, err := a.Write([]byte("x")); n != 1 || err != nil {
			t.Errorf("a Write that need not block gave %d, %v", n, err)
		}
		_, err := a.Read(make([]byte, 1))
		isOp("on the loop", err, threads.ErrOnLoop)
		_, err = a.Write(make([]byte, 1<<20))
		isOp("on the loop", err, threads.ErrOnLoop)
		if _, err := netx.DialNetConn(context.Background(), w.net, "tcp", "127.0.0.1:1"); !errors.Is(err, threads.ErrOnLoop) {
			t.Errorf("DialNetConn on the loop: %v", err)
		}
	})
	if n, err := a.Read(nil); n != 0 || err != nil {
		t.Errorf("a Read of nothing gave %d, %v", n, err)
	}
	blocked := make(chan error)
	go func() {
		_, err := b.(interface{ Read([]byte) (int, error) }).Read(make([]byte, 4<<20))
		for err == nil {
			_, err = b.Read(make([]byte, 4<<20))
		}
		blocked <- err
	}()
	w.settle()
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	isOp("Read that waited", receive(t, blocked, "the end of the Read"), net.ErrClosed)
	isOp("Close again", b.Close(), net.ErrClosed)
	isOp("a deadline after Close", b.SetDeadline(time.Time{}), net.ErrClosed)
	_, err := b.Write([]byte("x"))
	isOp("Write after Close", err, net.ErrClosed)
	_, err = b.Read(make([]byte, 1))
	isOp("Read after Close", err, net.ErrClosed)
	isOp("CloseWrite after Close", b.(interface{ CloseWrite() error }).CloseWrite(), net.ErrClosed)
	if a.LocalAddr().String() != b.RemoteAddr().String() || a.RemoteAddr().String() != b.LocalAddr().String() {
		t.Error("the addresses do not match")
	}
}

func TestNetConnTakesWhatHadCome(t *testing.T) {
	w := newTCPWorld(t)
	s, u := w.streams()
	var conn net.Conn
	w.do(func() { s.Write([]byte("before")); s.Close() })
	w.settle()
	w.do(func() {
		conn = u.NetConn()
		if u.NetConn() != conn {
			t.Error("there are two bridges")
		}
	})
	if got, err := io.ReadAll(conn); err != nil || string(got) != "before" {
		t.Errorf("got %q, %v", got, err)
	}
	conn.Close()
}

// TestNetConnWhenTheReactorStops has goroutines that block in each method.
func TestNetConnWhenTheReactorStops(t *testing.T) {
	w := newTCPWorld(t)
	a, b := netConns(t, w)
	var l net.Listener
	w.do(func() {
		sl, err := netx.ListenStream(w.net, "tcp", "127.0.0.1:0")
		if err != nil {
			t.Error(err)
			return
		}
		l = sl.NetListener()
	})
	ends := make(chan error, 3)
	go func() { _, err := a.Read(make([]byte, 1)); ends <- err }()
	go func() { _, err := a.Write(make([]byte, 64<<20)); ends <- err }()
	go func() { _, err := l.Accept(); ends <- err }()
	w.settle()
	if err := w.r.Stop(); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := receive(t, ends, "the end"); err == nil {
			t.Error("a call succeeded without a loop")
		}
	}
	if _, err := b.Write([]byte("x")); err == nil {
		if _, err = b.Write([]byte("x")); err == nil {
			t.Error("Write succeeds without a loop")
		}
	}
	if _, err := io.Copy(io.Discard, b); err == nil {
		t.Error("Read succeeds without a loop")
	}
}

func TestNetConnOfAPair(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("NetConn of a pair did not panic")
		}
	}()
	a, _ := netx.StreamPair(timeout.NewVirtualClock(time.Unix(0, 0)))
	a.NetConn()
}

func TestDialNetConn(t *testing.T) {
	w := newTCPWorld(t)
	_, err := netx.DialNetConn(patiently(t), w.net, "tcp", "127.0.0.1:"+freePort(t, w))
	if !errors.Is(err, netx.ErrConnectionRefused) {
		t.Errorf("DialNetConn gave %v", err)
	}
	full := fullPort(t)
	ctx, cancel := context.WithCancel(context.Background())
	before := 0
	w.do(func() { before = w.r.Stats().Descriptors })
	ended := make(chan error)
	go func() {
		_, err := netx.DialNetConn(ctx, w.net, "tcp", full)
		ended <- err
	}()
	w.until("the attempt", func() bool { return w.r.Stats().Descriptors > before })
	cancel()
	if err := receive(t, ended, "the end of the dial"); !errors.Is(err, context.Canceled) {
		t.Errorf("DialNetConn gave %v", err)
	}
	w.until("the end of the socket", func() bool { return w.r.Stats().Descriptors == before })
}

// TestHTTP has net/http on both sides.
func TestHTTP(t *testing.T) {
	w := newTCPWorld(t)
	var l net.Listener
	w.do(func() {
		sl, err := netx.ListenStream(w.net, "tcp", "127.0.0.1:0")
		if err != nil {
			t.Error(err)
			return
		}
		l = sl.NetListener()
	})
	server := &http.Server{Handler: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			_, err = rw.Write(body)
		}
		if err != nil {
			t.Error(err)
		}
	})}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	transport := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		return netx.DialNetConn(ctx, w.net, network, address)
	}}
	client := &http.Client{Transport: transport}
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 10 {
				text := bytes.Repeat([]byte(fmt.Sprint(i, j)), 10_000)
				resp, err := client.Post("http://"+l.Addr().String(), "text/plain", bytes.NewReader(text))
				if err != nil {
					t.Error(err)
					return
				}
				got, err := io.ReadAll(resp.Body)
				resp.Body.Close()
				if err != nil || !bytes.Equal(got, text) {
					t.Errorf("%d bytes came back, %v", len(got), err)
				}
			}
		})
	}
	wg.Wait()
	transport.CloseIdleConnections()
	if err := server.Shutdown(patiently(t)); err != nil {
		t.Error(err)
	}
	if err := receive(t, served, "the server"); !errors.Is(err, http.ErrServerClosed) {
		t.Errorf("Serve gave %v", err)
	}
}

// TestNetListenerCloses has a goroutine that waits in Accept.
func TestNetListenerCloses(t *testing.T) {
	w := newTCPWorld(t)
	var l net.Listener
	w.do(func() {
		sl, err := netx.ListenStream(w.net, "tcp", "127.0.0.1:0")
		if err != nil {
			t.Error(err)
			return
		}
		l = sl.NetListener()
	})
	ended := make(chan error, 1)
	go func() { _, err := l.Accept(); ended <- err }()
	w.settle()
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	err := receive(t, ended, "the end of Accept")
	if op := (*net.OpError)(nil); !errors.As(err, &op) || !errors.Is(err, net.ErrClosed) {
		t.Errorf("Accept gave %v", err)
	}
	w.do(func() {
		if _, err := l.Accept(); !errors.Is(err, threads.ErrOnLoop) {
			t.Errorf("Accept on the loop gave %v", err)
		}
	})
}
