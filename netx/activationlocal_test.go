//go:build unix

package netx_test

import (
	"errors"
	"net"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/spindle-go/spindle/netx"
)

// TestActivationUnix starts a process with a Unix socket that listens. Its path is
// there for the next process.
func TestActivationUnix(t *testing.T) {
	path := socketPath(t)
	_, file := listenerFile(t, "unix", path)
	for range 2 {
		h := startActivated(t, []*os.File{file}, "LISTEN_FDS=1", "LISTEN_PID=PID", "LISTEN_FDNAMES=web")
		h.says("names: [web]")
		h.says("the same again: true <nil>")
		h.says("variables left: 0")
		h.says("closed on exec: true <nil>")
		h.says(`error: netx: listen systemd "web": netx: no such socket from systemd: all 1 are taken`)
		h.says("ready")
		c := dialUnix(t, path)
		if got := hello(t, c); got != "HELLO" {
			t.Errorf("the answer is %q", got)
		}
		c.Close()
		h.end()
		if !exists(path) {
			t.Fatal("the path was removed")
		}
	}
}

// TestActivationOfConnections has connections from systemd, as with Accept=yes.
func TestActivationOfConnections(t *testing.T) {
	sameDescriptors(t)
	w := newLocalWorld(t)
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	l, near, far := tcpLoopback(t)
	fd, err := near.File()
	if err != nil {
		t.Fatal(err)
	}
	a, b, c := &recorder{}, &recorder{}, &recorder{}
	w.do(func() {
		number := dup(t, fd)
		fd.Close()
		act := netx.ActivationOf(w.net, []string{"connection", "connection", "listener"}, []int{pair[0], number, dup(t, fileOf(t, l))})
		if _, err := act.Listen("connection", factory(nil)); !errors.Is(err, netx.ErrCannotListen) || !strings.Contains(err.Error(), "does not listen") {
			t.Errorf("as a listener: %v", err)
		}
		if _, err := act.Adopt("listener", factory(nil)); !errors.Is(err, netx.ErrCannotAdopt) || !strings.Contains(err.Error(), "adopt systemd listener") {
			t.Errorf("a listener: %v", err)
		}
		none := netx.FactoryFunc(func(net.Addr) (netx.Protocol, error) { return nil, nil })
		if _, err := act.Adopt("connection", none); !errors.Is(err, netx.ErrNoProtocol) {
			t.Errorf("without a protocol: %v", err)
		}
		_, err1 := act.Adopt("connection", factory(a))
		p, err2 := act.Adopt("connection", factory(b))
		_, err3 := w.net.AdoptFD(pair[1], factory(c))
		unix.Close(pair[1])
		if err := errors.Join(err1, err2, err3); err != nil || p != netx.Protocol(b) {
			t.Errorf("got %v, %v", p, err)
			return
		}
		if _, err := act.Adopt("connection", factory(nil)); !errors.Is(err, netx.ErrActivation) {
			t.Errorf("a third one: %v", err)
		}
		if got := b.conn.RemoteAddr().String(); got != far.LocalAddr().String() {
			t.Errorf("its peer is at %s", got)
		}
		a.conn.WriteString("hello")
		a.conn.Close()
		b.conn.Abort()
		act.Close()
	})
	bothLost(t, w, a, c)
	if c.data.String() != "hello" {
		t.Errorf("got %q", c.data.String())
	}
	w.until("the end", b.lost)
}

// fileOf returns a duplicate of a listener's descriptor.
func fileOf(t *testing.T, l net.Listener) *os.File {
	t.Helper()
	f, err := l.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}
