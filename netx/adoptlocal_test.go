//go:build unix

package netx_test

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/netx"
)

// localLoopback is tcpLoopback for Unix sockets.
func localLoopback(t *testing.T, path string) (l *net.UnixListener, near, far *net.UnixConn) {
	t.Helper()
	made, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { made.Close() })
	l = made.(*net.UnixListener)
	near, far = dialUnix(t, l.Addr().String()), nil
	if far, err = l.AcceptUnix(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { far.Close() })
	return l, near, far
}

// dialUnix connects package net to a Unix socket.
func dialUnix(t *testing.T, path string) *net.UnixConn {
	t.Helper()
	c, err := net.DialUnix("unix", nil, &net.UnixAddr{Net: "unix", Name: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(patience))
	return c
}

// TestAdoptUnixConn adopts either end of a connection of package net.
func TestAdoptUnixConn(t *testing.T) {
	for name, tt := range map[string]struct {
		server bool
		adopt  func(w *localWorld, c *net.UnixConn, f netx.Factory) (netx.Protocol, error)
	}{
		"a client": {false, func(w *localWorld, c *net.UnixConn, f netx.Factory) (netx.Protocol, error) {
			return w.net.AdoptConn(c, f)
		}},
		"a server's": {true, func(w *localWorld, c *net.UnixConn, f netx.Factory) (netx.Protocol, error) {
			return w.net.AdoptConn(c, f)
		}},
		"a descriptor": {false, func(w *localWorld, c *net.UnixConn, f netx.Factory) (netx.Protocol, error) {
			return w.net.AdoptFD(numberOf(t, c), f)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			sameDescriptors(t)
			w := newLocalWorld(t)
			_, near, far := localLoopback(t, w.at)
			local, remote := "", w.at
			if tt.server {
				near, far, local, remote = far, near, w.at, ""
			}
			far.SetDeadline(time.Now().Add(patience))
			a := &recorder{onMade: func(c *netx.Conn) { c.WriteString("hello ") }}
			w.do(func() {
				p, err := tt.adopt(w, near, factory(a))
				if p != netx.Protocol(a) || err != nil || a.story() != "made" {
					t.Errorf("got %v, %v; %s", p, err, a.story())
					return
				}
				if got := a.conn.LocalAddr(); got.String() != local || got.Network() != "unix" {
					t.Errorf("this end is %v", got)
				}
				if got := a.conn.RemoteAddr(); got.String() != remote || got.Network() != "unix" {
					t.Errorf("the other end is %v", got)
				}
				if got, err := a.conn.PeerCredentials(); err != nil && !errors.Is(err, errors.ErrUnsupported) || err == nil && got.UID != os.Getuid() {
					t.Errorf("the peer is %v, %v", got, err)
				}
			})
			near.Close()
			w.do(func() { a.conn.WriteString("world"); a.conn.CloseWrite() })
			if got, err := io.ReadAll(far); string(got) != "hello world" || err != nil {
				t.Errorf("the peer read %q, %v", got, err)
			}
			far.Write([]byte("bye"))
			far.Close()
			w.until("the end", a.lost)
			expect(t, w, a, "made, lost: done")
			if a.data.String() != "bye" {
				t.Errorf("got %q", a.data.String())
			}
			if !exists(w.at) {
				t.Error("the path was removed")
			}
		})
	}
}

// TestAdoptSocketPair joins two protocols by sockets that have no names, and passes a
// descriptor from one to the other.
func TestAdoptSocketPair(t *testing.T) {
	sameDescriptors(t)
	w := newLocalWorld(t)
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	f := numbered(t, 7)
	a, b := &recorder{}, &fdRecorder{}
	w.do(func() {
		_, err1 := w.net.AdoptFD(fds[0], factory(a))
		_, err2 := w.net.AdoptFD(fds[1], factory(b))
		unix.Close(fds[0])
		unix.Close(fds[1])
		if err := errors.Join(err1, err2); err != nil {
			t.Error(err)
			return
		}
		if a.conn.LocalAddr().String() != "" || a.conn.RemoteAddr().String() != "" {
			t.Errorf("the addresses are %q and %q", a.conn.LocalAddr(), a.conn.RemoteAddr())
		}
		if _, err := a.conn.WriteFDs([]byte("x"), f); err != nil {
			t.Error(err)
		}
		a.conn.Close()
	})
	bothLost(t, w, a, &b.recorder)
	if len(b.files) != 1 || b.data.String() != "x" || numberIn(t, b.files[0]) != 7 {
		t.Errorf("%d files and %q came", len(b.files), b.data.String())
	}
	b.closeFiles(t)
	f.Close()
}

// TestAdoptUnixListener has a Port accept from what package net has bound. The path is
// not the Port's to remove.
func TestAdoptUnixListener(t *testing.T) {
	for name, tt := range map[string]struct {
		abstract bool
		adopt    func(w *localWorld, l *net.UnixListener, f netx.Factory) (*netx.Port, error)
	}{
		"a net.Listener": {false, func(w *localWorld, l *net.UnixListener, f netx.Factory) (*netx.Port, error) {
			return w.net.AdoptListener(l, f)
		}},
		"a descriptor": {false, func(w *localWorld, l *net.UnixListener, f netx.Factory) (*netx.Port, error) {
			return w.net.AdoptListenerFD(numberOf(t, l), f)
		}},
		"an abstract name": {true, func(w *localWorld, l *net.UnixListener, f netx.Factory) (*netx.Port, error) {
			return w.net.AdoptListener(l, f)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newLocalWorld(t)
			if tt.abstract {
				requireLinux(t)
				w.at = "@netx" + strings.ReplaceAll(w.at, "/", "-")
			}
			l, _, _ := localLoopback(t, w.at)
			l.SetUnlinkOnClose(false)
			var port *netx.Port
			made := &recorder{}
			w.do(func() {
				var err error
				if port, err = tt.adopt(w, l, factory(made)); err != nil {
					t.Error(err)
				}
			})
			if got := port.Addr(); got.String() != w.at || got.Network() != "unix" {
				t.Errorf("it listens at %v", got)
			}
			l.Close()
			c := dialUnix(t, w.at)
			c.Write([]byte("hello"))
			c.Close()
			w.until("the end", made.lost)
			if made.data.String() != "hello" {
				t.Errorf("got %q", made.data.String())
			}
			w.do(func() {
				if got := made.conn.LocalAddr().String(); got != w.at {
					t.Errorf("this end is %q", got)
				}
				port.StopListening()
			})
			if !tt.abstract && !exists(w.at) {
				t.Error("the path was removed")
			}
			if c, err := net.Dial("unix", w.at); err == nil {
				c.Close()
				t.Error("somebody still listens")
			}
			w.until("the end", func() bool { return w.r.Stats().Descriptors <= 2 })
		})
	}
}

// TestAdoptUnixListenerTLS has what is adopted be the server's side.
func TestAdoptUnixListenerTLS(t *testing.T) {
	sameDescriptors(t)
	w := newLocalWorld(t)
	l, _, _ := localLoopback(t, w.at)
	w.do(func() {
		if _, err := w.net.AdoptListener(l, factoryOf(func() netx.Protocol { return &echo{} }), netx.WithTLS(both())); err != nil {
			t.Error(err)
		}
		if _, err := w.net.AdoptListener(l, factory(nil), netx.WithTLS(&tls.Config{})); !errors.Is(err, netx.ErrCannotListen) || !strings.Contains(err.Error(), w.at) {
			t.Errorf("without a certificate: %v", err)
		}
	})
	c := tls.Client(dialUnix(t, w.at), both())
	if got := hello(t, c); got != "hello" {
		t.Errorf("got %q", got)
	}
	c.Close()
}

// TestAdoptSaysWhatItFound has sockets that are no streams.
func TestAdoptSaysWhatItFound(t *testing.T) {
	w := newLocalWorld(t)
	for _, tt := range []struct {
		family, kind int
		want         string
	}{
		{unix.AF_UNIX, unix.SOCK_DGRAM, "it is a datagram Unix socket"},
		{unix.AF_UNIX, unix.SOCK_SEQPACKET, "it is a seqpacket Unix socket"},
		{unix.AF_INET6, unix.SOCK_DGRAM, "it is a datagram socket of IP"},
		{unix.AF_ROUTE, unix.SOCK_RAW, "it is a raw socket of another family than IP or Unix"},
	} {
		fd, err := unix.Socket(tt.family, tt.kind, 0)
		if err != nil {
			t.Logf("%s: not tried: %v", tt.want, err)
			continue
		}
		w.do(func() {
			check := stillOpen(t, fd)
			_, err1 := w.net.AdoptFD(fd, factory(nil))
			_, err2 := w.net.AdoptListenerFD(fd, factory(nil))
			for _, err := range []error{err1, err2} {
				if !errors.Is(err, netx.ErrCannotAdopt) || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("it said %v, and not %s", err, tt.want)
				}
			}
			check()
		})
		unix.Close(fd)
	}
}

// TestStreamFDs sends a descriptor to a Stream, which has it closed, and its bytes.
func TestStreamFDs(t *testing.T) {
	sameDescriptors(t)
	w := newLocalWorld(t)
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fds[1])
	var s *netx.Stream
	w.do(func() {
		p, err := w.net.AdoptFD(fds[0], netx.StreamFactory())
		unix.Close(fds[0])
		if err != nil {
			t.Error(err)
			return
		}
		s = netx.StreamOf(p)
	})
	var pipe [2]int
	if err := unix.Pipe(pipe[:]); err != nil {
		t.Fatal(err)
	}
	defer unix.Close(pipe[0])
	if err := unix.Sendmsg(fds[1], []byte("line\n"), unix.UnixRights(pipe[1]), nil, 0); err != nil {
		t.Fatal(err)
	}
	unix.Close(pipe[1])
	if o := await(w.tcpWorld, "the line", func() *deferred.Deferred[string] { return s.ReadLine() }); o.v != "line" {
		t.Errorf("got %q, %v", o.v, o.err)
	}
	// Nobody has the other end of the pipe any more.
	if n, err := unix.Read(pipe[0], make([]byte, 1)); n != 0 || err != nil {
		t.Errorf("read %d, %v", n, err)
	}
	w.do(s.Abort)
}
