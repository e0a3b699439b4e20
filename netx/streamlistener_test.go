//go:build unix

package netx_test

import (
	"errors"
	"net"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/netx"
)

func listenStream(t *testing.T, w *tcpWorld, opts ...netx.Option) (l *netx.StreamListener, number string) {
	t.Helper()
	w.do(func() {
		var err error
		if l, err = netx.ListenStream(w.net, "tcp", "127.0.0.1:0", opts...); err != nil {
			t.Error(err)
		}
	})
	if l == nil {
		t.FailNow()
	}
	_, number, _ = net.SplitHostPort(l.Addr().String())
	return l, number
}

func TestAcceptInOrder(t *testing.T) {
	w := newTCPWorld(t)
	l, number := listenStream(t, w)
	var first, second, third *outcome[*netx.Stream]
	w.do(func() {
		first, second = watch(l.Accept()), watch(l.Accept())
		d := l.Accept()
		third = watch(d)
		d.Cancel()
	})
	if !errors.Is(third.err, deferred.ErrCancelled) {
		t.Errorf("the cancelled one: %+v", third)
	}
	c := strangers(t, number, 1)[0]
	w.until("the first", func() bool { return first.fired })
	w.do(func() {
		if second.fired || first.v.RemoteAddr().String() != c.LocalAddr().String() {
			t.Error("the first Accept did not get the first connection")
		}
	})
	d := strangers(t, number, 1)[0]
	w.until("the second", func() bool { return second.fired })
	strangers(t, number, 1)
	w.until("one that nobody asks for", func() bool { return l.Stats().Accepted == 3 })
	w.do(func() {
		if o := watch(l.Accept()); !o.fired || o.err != nil {
			t.Errorf("the one that waits: %+v", o)
		}
		second.v.Write([]byte("hello"))
		second.v.Close()
	})
	if got := make([]byte, 5); true {
		if n, err := d.Read(got); n == 0 || err != nil || string(got[:n]) != "hello"[:n] {
			t.Errorf("read %q, %v", got[:n], err)
		}
	}
	closed := await(w, "the end", l.Close)
	if closed.err != nil {
		t.Error(closed.err)
	}
}

func TestAcceptAtTheEnd(t *testing.T) {
	w := newTCPWorld(t)
	l, number := listenStream(t, w)
	c := strangers(t, number, 1)[0]
	w.until("one that nobody asks for", func() bool { return l.Stats().Accepted == 1 })
	w.do(func() { l.Close() })
	ends(t, c)
	w.do(func() {
		if o := watch(l.Accept()); !o.fired || !errors.Is(o.err, net.ErrClosed) {
			t.Errorf("Accept after Close: %+v", o)
		}
	})
	l, _ = listenStream(t, w)
	var o *outcome[*netx.Stream]
	w.do(func() {
		o = watch(l.Accept())
		l.Close()
		if o.fired {
			t.Error("Accept failed from inside Close")
		}
	})
	w.until("the failure", func() bool { return o.fired })
	if !errors.Is(o.err, net.ErrClosed) {
		t.Errorf("Accept failed with %v", o.err)
	}
	if l, err := netx.ListenStream(w.net, "tcp", "nowhere"); l != nil || !errors.Is(err, netx.ErrBadAddress) {
		t.Errorf("ListenStream gave %v, %v", l, err)
	}
}

// TestNobodyAccepts connects more than a listener holds.
func TestNobodyAccepts(t *testing.T) {
	w := newTCPWorld(t)
	l, number := listenStream(t, w)
	const n = 300
	hold, started := make(chan struct{}), make(chan struct{})
	w.r.CallFromThread(func() { close(started); <-hold }) // so that many wait at a time
	<-started
	cs := strangers(t, number, n)
	close(hold)
	w.until("as many as it holds", func() bool { return l.Stats().Accepted >= 128 })
	w.settle()
	w.do(func() {
		if got := l.Stats().Accepted; got != 128 {
			t.Errorf("%d were accepted", got)
		}
	})
	taken := 0
	var next func()
	next = func() {
		l.Accept().Tap(func(s *netx.Stream) {
			s.Write([]byte("hello"))
			if taken++; taken < n {
				next()
			}
		})
	}
	w.do(next)
	w.until("all", func() bool { return taken == n })
	for _, c := range cs {
		if got := make([]byte, 5); true {
			if _, err := c.Read(got); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestDialStreamFails(t *testing.T) {
	w := newTCPWorld(t)
	o := await(w, "the failure", func() *deferred.Deferred[*netx.Stream] {
		return netx.DialStream(w.net, "tcp", "127.0.0.1:"+freePortInside(t, w))
	})
	if !errors.Is(o.err, netx.ErrConnectionRefused) {
		t.Errorf("got %v", o.err)
	}
	address := fullPort(t)
	var d *deferred.Deferred[*netx.Stream]
	w.do(func() {
		d = netx.DialStream(w.net, "tcp", address)
		o = watch(d)
		d.Cancel()
	})
	if !errors.Is(o.err, deferred.ErrCancelled) {
		t.Errorf("got %v", o.err)
	}
}

// freePortInside is freePort on the loop.
func freePortInside(t *testing.T, w *tcpWorld) string {
	port, err := w.net.Listen("tcp", "127.0.0.1:0", factory(&recorder{}))
	if err != nil {
		t.Error(err)
		return "1"
	}
	port.StopListening()
	_, number, _ := net.SplitHostPort(port.Addr().String())
	return number
}
