//go:build unix

package netx_test

import (
	"errors"
	"io/fs"
	"net"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
)

func TestUnixDialFails(t *testing.T) {
	w := newLocalWorld(t)
	if _, err := dial(t, w.tcpWorld, "unix", w.at, factory(&recorder{})); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a file: %v", err)
	}
	leaveSocket(t, w.at, unix.SOCK_STREAM)
	if _, err := dial(t, w.tcpWorld, "unix", w.at, factory(&recorder{})); !errors.Is(err, netx.ErrConnectionRefused) {
		t.Errorf("with nobody there: %v", err)
	}
	boom := errors.New("boom")
	p := listenLocal(t, w)
	for name, f := range map[string]func(net.Addr) (netx.Protocol, error){
		"an error": func(net.Addr) (netx.Protocol, error) { return nil, boom },
		"a panic":  func(net.Addr) (netx.Protocol, error) { panic(boom) },
		"a panic in ConnectionMade": func(net.Addr) (netx.Protocol, error) {
			return &recorder{onMade: func(*netx.Conn) { panic(boom) }}, nil
		},
	} {
		if _, err := dial(t, w.tcpWorld, "unix", w.at, netx.FactoryFunc(f)); !errors.Is(err, boom) {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.do(func() { p.StopListening() })
}

// TestUnixDialWaits dials a server whose queue is full, and which makes room.
func TestUnixDialWaits(t *testing.T) {
	requireLinux(t) // elsewhere the kernel refuses
	w := newLocalWorld(t)
	p := listenLocal(t, w, netx.WithBacklog(1))
	w.do(func() { netx.Accept(p, false) })
	for range 2 {
		c, err := net.Dial("unix", w.at)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	if _, err := dial(t, w.tcpWorld, "unix", w.at, factory(&recorder{}), netx.WithConnectTimeout(20*time.Millisecond)); !errors.Is(err, deferred.ErrTimeout) {
		t.Errorf("with a full queue: %v", err)
	}
	var got, cancelled error
	a := &recorder{}
	made := false
	w.do(func() {
		w.net.Dial("unix", w.at, factory(a)).AddBoth(func(p netx.Protocol, err error) (netx.Protocol, error) {
			made, got = true, err
			return nil, nil
		})
		d := w.net.Dial("unix", w.at, factory(a))
		d.Catch(func(f *failure.Failure) { cancelled = f })
		d.Cancel()
	})
	w.settle()
	w.do(func() {
		if made || !errors.Is(cancelled, deferred.ErrCancelled) {
			t.Errorf("made %v, and the cancelled one got %v", made, cancelled)
		}
		netx.Accept(p, true)
	})
	w.until("the connection", func() bool { return made })
	w.do(func() {
		if got != nil {
			t.Errorf("got %v", got)
			return
		}
		a.conn.Close()
		p.StopListening()
	})
	w.until("the end", a.lost)
}

// TestUnixDialWhenStopping leaves Dials behind that wait.
func TestUnixDialWhenStopping(t *testing.T) {
	requireLinux(t)
	var got error
	t.Run("run", func(t *testing.T) {
		w := newLocalWorld(t)
		p := listenLocal(t, w, netx.WithBacklog(1))
		w.do(func() { netx.Accept(p, false) })
		for range 2 {
			c, err := net.Dial("unix", w.at)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { c.Close() })
		}
		w.do(func() {
			w.net.Dial("unix", w.at, factory(&recorder{})).Catch(func(f *failure.Failure) { got = f })
		})
		w.settle()
	})
	if !errors.Is(got, reactor.ErrStopped) {
		t.Errorf("got %v", got)
	}
}
