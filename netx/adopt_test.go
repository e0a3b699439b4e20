//go:build unix

package netx_test

import (
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

// loopback is a listener of package net, and a connection to it from both ends.
func tcpLoopback(t *testing.T) (l net.Listener, near, far *net.TCPConn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	c := connectTo(t, l.Addr().String())
	s, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return l, c.(*net.TCPConn), s.(*net.TCPConn)
}

// numberOf returns the descriptor of something of package net.
func numberOf(t *testing.T, c syscall.Conn) (fd int) {
	t.Helper()
	raw, err := c.SyscallConn()
	if err == nil {
		err = raw.Control(func(n uintptr) { fd = int(n) })
	}
	if err != nil {
		t.Fatal(err)
	}
	return fd
}

// stillOpen returns a check that each of fds, which the caller keeps, is open
// on what it is open on now, and that no other descriptor was left open.
func stillOpen(t *testing.T, fds ...int) (check func()) {
	t.Helper()
	type file struct{ device, inode uint64 }
	identify := func(fd int) (f file) {
		var s unix.Stat_t
		if err := unix.Fstat(fd, &s); err != nil {
			t.Errorf("descriptor %d, which is the caller's: %v", fd, err)
		}
		return file{uint64(s.Dev), uint64(s.Ino)}
	}
	files := make([]file, len(fds))
	for i, fd := range fds {
		files[i] = identify(fd)
	}
	before := descriptors()
	return func() {
		t.Helper()
		for i, fd := range fds {
			if now := identify(fd); now != files[i] {
				t.Errorf("descriptor %d, which is the caller's, is open on another file", fd)
			}
		}
		if after := descriptors(); after > before {
			t.Errorf("%d descriptors before, %d after", before, after)
		}
	}
}

func TestAdoptConn(t *testing.T) {
	for name, adopt := range map[string]func(w *tcpWorld, c *net.TCPConn, f netx.Factory) (netx.Protocol, error){
		"a net.Conn": func(w *tcpWorld, c *net.TCPConn, f netx.Factory) (netx.Protocol, error) { return w.net.AdoptConn(c, f) },
		"a descriptor": func(w *tcpWorld, c *net.TCPConn, f netx.Factory) (netx.Protocol, error) {
			return w.net.AdoptFD(numberOf(t, c), f)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTCPWorld(t)
			_, near, far := tcpLoopback(t)
			a := &recorder{onMade: func(c *netx.Conn) { c.WriteString("hello ") }}
			w.do(func() {
				p, err := adopt(w, near, factory(a))
				if p != netx.Protocol(a) || err != nil || a.story() != "made" {
					t.Errorf("got %v, %v; %s", p, err, a.story())
					return
				}
				if a.conn.LocalAddr().String() != near.LocalAddr().String() || a.conn.RemoteAddr().String() != far.LocalAddr().String() {
					t.Errorf("the addresses are %v and %v", a.conn.LocalAddr(), a.conn.RemoteAddr())
				}
				if fd := netx.FDOf(a.conn); fd == numberOf(t, near) {
					t.Error("the descriptor is not a duplicate")
				}
			})
			near.Close() // which is the caller's to do, and ends nothing
			w.do(func() { a.conn.WriteString("world"); a.conn.CloseWrite() })
			got, err := io.ReadAll(far)
			if string(got) != "hello world" || err != nil {
				t.Errorf("the peer read %q, %v", got, err)
			}
			far.Write([]byte("bye"))
			far.Close()
			w.until("the end", a.lost)
			expect(t, w, a, "made, lost: done")
			if a.data.String() != "bye" {
				t.Errorf("got %q", a.data.String())
			}
		})
	}
}

// TestAdoptedAndKept has the caller keep its own: the peer sees the end when both
// are closed.
func TestAdoptedAndKept(t *testing.T) {
	w := newTCPWorld(t)
	_, near, far := tcpLoopback(t)
	a := &recorder{}
	w.do(func() {
		if _, err := w.net.AdoptConn(near, factory(a)); err != nil {
			t.Error(err)
		}
		a.conn.Close()
	})
	w.until("the end", a.lost)
	if _, err := near.Write([]byte("mine")); err != nil {
		t.Errorf("the caller's own does not work: %v", err)
	}
	near.Close()
	if got, err := io.ReadAll(far); string(got) != "mine" || err != nil {
		t.Errorf("the peer read %q, %v", got, err)
	}
}

func TestAdoptListener(t *testing.T) {
	for name, adopt := range map[string]func(w *tcpWorld, l net.Listener, f netx.Factory) (*netx.Port, error){
		"a net.Listener": func(w *tcpWorld, l net.Listener, f netx.Factory) (*netx.Port, error) {
			return w.net.AdoptListener(l, f)
		},
		"a descriptor": func(w *tcpWorld, l net.Listener, f netx.Factory) (*netx.Port, error) {
			return w.net.AdoptListenerFD(numberOf(t, l.(*net.TCPListener)), f)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTCPWorld(t)
			l, _, _ := tcpLoopback(t)
			var port *netx.Port
			w.do(func() {
				var err error
				if port, err = adopt(w, l, factoryOf(func() netx.Protocol { return &echo{} })); err != nil {
					t.Error(err)
				}
			})
			address := l.Addr().String()
			l.Close()
			if port.Addr().String() != address {
				t.Errorf("it listens at %v", port.Addr())
			}
			c := connectTo(t, address)
			if got := hello(t, c); got != "hello" {
				t.Errorf("got %q", got)
			}
			c.Close()
			w.do(func() { port.StopListening() })
			if c, err := net.Dial("tcp", address); err == nil {
				c.Close()
				t.Error("somebody still listens")
			}
			w.until("the end", func() bool { return w.r.Stats().Descriptors <= 2 })
		})
	}
}

func TestAdoptNonsense(t *testing.T) {
	w := newTCPWorld(t)
	l, near, _ := tcpLoopback(t)
	pipeEnd, otherEnd := net.Pipe()
	defer pipeEnd.Close()
	defer otherEnd.Close()
	file, err := os.Open("/dev/null")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	packet, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer packet.Close()
	closed, _, _ := tcpLoopback(t)
	closed.Close()
	fresh, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fresh)
	f := factory(&recorder{})
	none := netx.FactoryFunc(func(net.Addr) (netx.Protocol, error) { return nil, nil })
	conn := func(_ netx.Protocol, err error) error { return err }
	port := func(_ *netx.Port, err error) error { return err }
	w.do(func() {
		_, _ = w.net.AdoptConn(near, none) // the network has opened what it needs itself
		check := stillOpen(t, numberOf(t, packet.(*net.UDPConn)), int(file.Fd()), fresh, numberOf(t, l.(*net.TCPListener)), numberOf(t, near))
		for name, tt := range map[string]struct {
			err  error
			want error
			text string
		}{
			"a net.Pipe":          {conn(w.net.AdoptConn(pipeEnd, f)), netx.ErrCannotAdopt, "*net.pipe has no descriptor"},
			"a UDP socket":        {conn(w.net.AdoptConn(packet.(net.Conn), f)), netx.ErrCannotAdopt, "it is a datagram socket of IP"},
			"a file":              {conn(w.net.AdoptFD(int(file.Fd()), f)), unix.ENOTSOCK, "getsockopt"},
			"no descriptor":       {conn(w.net.AdoptFD(-1, f)), unix.EBADF, "bad file descriptor"},
			"a fresh socket":      {conn(w.net.AdoptFD(fresh, f)), unix.ENOTCONN, "not connected"},
			"a listener, as conn": {conn(w.net.AdoptFD(numberOf(t, l.(*net.TCPListener)), f)), netx.ErrCannotAdopt, "not connected"},
			"a conn, as listener": {port(w.net.AdoptListenerFD(numberOf(t, near), f)), netx.ErrCannotAdopt, "does not listen"},
			"a closed listener":   {port(w.net.AdoptListener(closed, f)), net.ErrClosed, "closed"},
			"no listener":         {port(w.net.AdoptListenerFD(-1, f)), unix.EBADF, "adopt"},
			"no protocol":         {conn(w.net.AdoptConn(near, none)), netx.ErrNoProtocol, near.RemoteAddr().String()},
		} {
			if !errors.Is(tt.err, tt.want) || !strings.Contains(tt.err.Error(), tt.text) {
				t.Errorf("%s: %v", name, tt.err)
			}
		}
		check()
		a := &recorder{onMade: func(*netx.Conn) { panic("boom") }}
		var p *failure.PanicError
		if _, err := w.net.AdoptConn(near, factory(a)); !errors.As(err, &p) {
			t.Errorf("a panic in ConnectionMade: %v", err)
		}
	})
	w.settle()
}

func TestReusePort(t *testing.T) {
	w := newTCPWorld(t)
	w.do(func() {
		one, err := w.net.Listen("tcp", "127.0.0.1:0", factoryOf(func() netx.Protocol { return &echo{} }), netx.WithReusePort())
		if errors.Is(err, errors.ErrUnsupported) {
			t.Log(err)
			return
		}
		if err != nil {
			t.Error(err)
			return
		}
		two, err := w.net.Listen("tcp", one.Addr().String(), factory(&recorder{}), netx.WithReusePort())
		if err != nil {
			t.Error(err)
			return
		}
		if _, err := w.net.Listen("tcp", one.Addr().String(), factory(&recorder{})); !errors.Is(err, unix.EADDRINUSE) {
			t.Errorf("one that did not ask for it got %v", err)
		}
		one.StopListening()
		two.StopListening()
	})
}

func TestLinger(t *testing.T) {
	w := newTCPWorld(t)
	for name, arm := range map[string]func(a, b *recorder){
		"by option": func(a, b *recorder) { w.connect(a, b, netx.WithLinger(0), netx.WithIdleTimeout(patience)) },
		"by method": func(a, b *recorder) {
			w.connect(a, b)
			w.do(func() {
				if err := errors.Join(a.conn.SetLinger(-1), a.conn.SetLinger(0)); err != nil {
					t.Error(err)
				}
			})
		},
	} {
		a, b := &recorder{}, &recorder{}
		arm(a, b)
		w.do(func() { a.conn.Close() })
		bothLost(t, w, a, b)
		if !errors.Is(b.reason, syscall.ECONNRESET) || kindOf(a.reason) != "done" {
			t.Errorf("%s: a: %v, b: %v", name, a.reason, b.reason)
		}
	}
	a, b := &recorder{}, &recorder{}
	w.connect(a, b)
	w.do(func() {
		if err := errors.Join(a.conn.SetLinger(0), a.conn.SetLinger(-1)); err != nil {
			t.Error(err)
		}
		if err := a.conn.SetLinger(1); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("to wait in close answered %v", err)
		}
		a.conn.Close()
	})
	bothLost(t, w, a, b)
	expect(t, w, b, "made, lost: done")
	w.do(func() {
		if err := a.conn.SetLinger(0); !errors.Is(err, net.ErrClosed) {
			t.Errorf("after the end it answered %v", err)
		}
	})
	defer func() {
		if recover() == nil {
			t.Error("WithLinger(1) is an Option")
		}
	}()
	netx.WithLinger(1)
}
