//go:build unix

package netx_test

import (
	"errors"
	"net"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
)

func TestConnOnUnix(t *testing.T) {
	ConnSuite(t, func(t testing.TB) world { return newLocalWorld(t) })
}

func TestConnOnAbstractUnix(t *testing.T) {
	requireLinux(t)
	ConnSuite(t, func(t testing.TB) world {
		w := newLocalWorld(t)
		w.at = "@" // which the kernel replaces
		return w
	})
}

func TestConnOnUnixOnOtherPollers(t *testing.T) {
	for name, poller := range map[string]reactor.Poller{"poll": reactor.Poll, "select": reactor.Select} {
		t.Run(name, func(t *testing.T) {
			ConnSuite(t, func(t testing.TB) world { return newLocalWorld(t, reactor.WithPoller(poller)) })
		})
	}
}

func requireLinux(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("SKIPPED: abstract names and the like are there on Linux alone")
	}
}

func TestUnixNameNonsense(t *testing.T) {
	w := newLocalWorld(t)
	long := "/" + strings.Repeat("x", 120)
	for name, text := range map[string]string{
		"":          "a path is needed",
		"/tmp/\x00": "NUL",
		long:        "121 bytes",
	} {
		w.do(func() {
			_, err := w.net.Listen("unix", name, factory(&recorder{}))
			if !errors.Is(err, netx.ErrBadAddress) || !strings.Contains(err.Error(), text) || !strings.Contains(err.Error(), name) {
				t.Errorf("Listen at %q: %v", name, err)
			}
		})
		_, err := dial(t, w.tcpWorld, "unix", name, factory(&recorder{}))
		if !errors.Is(err, netx.ErrBadAddress) || !strings.Contains(err.Error(), text) {
			t.Errorf("Dial to %q: %v", name, err)
		}
	}
	if _, err := dial(t, w.tcpWorld, "unix", "@", factory(&recorder{})); !errors.Is(err, netx.ErrBadAddress) {
		t.Errorf("Dial to a name that is still to be chosen: %v", err)
	}
}

// listenLocal listens with an echo.
func listenLocal(t *testing.T, w *localWorld, opts ...netx.Option) (p *netx.Port) {
	t.Helper()
	w.do(func() {
		var err error
		if p, err = w.net.Listen("unix", w.at, factoryOf(func() netx.Protocol { return &echo{} }), opts...); err != nil {
			t.Error(err)
		}
	})
	return p
}

func TestPeerCredentials(t *testing.T) {
	w := newLocalWorld(t)
	a, b := &recorder{}, &recorder{}
	w.connect(a, b)
	w.do(func() {
		for name, c := range map[string]*netx.Conn{"dialled": a.conn, "accepted": b.conn} {
			got, err := c.PeerCredentials()
			if errors.Is(err, errors.ErrUnsupported) && runtime.GOOS != "linux" {
				t.Log(err)
				continue
			}
			if err != nil || got.UID != os.Getuid() || got.GID != os.Getgid() || got.PID != 0 && got.PID != os.Getpid() {
				t.Errorf("%s: %+v, %v", name, got, err)
			}
		}
		a.conn.Close()
	})
	bothLost(t, w, a, b)
	w.do(func() {
		if _, err := a.conn.PeerCredentials(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("after the end: %v", err)
		}
	})
	overTCP := newTCPWorld(t)
	c, d := &recorder{}, &recorder{}
	overTCP.connect(c, d)
	overTCP.do(func() {
		if _, err := c.conn.PeerCredentials(); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("over TCP: %v", err)
		}
		c.conn.Close()
	})
	bothLost(t, overTCP, c, d)
}
