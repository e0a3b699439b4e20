//go:build unix

package netx_test

import (
	"context"
	"errors"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

func cancelled(t *testing.T, w *tcpWorld, d *deferred.Deferred[netx.Protocol], address string) {
	t.Helper()
	fired := false
	w.do(func() {
		d.AddBoth(func(p netx.Protocol, err error) (netx.Protocol, error) {
			fired = true
			if !errors.Is(err, deferred.ErrCancelled) || !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), address) {
				t.Errorf("it failed with %v", err)
			}
			return nil, nil
		})
		d.Cancel()
	})
	if !fired {
		t.Error("the Deferred has not fired")
	}
	w.settle()
}

func TestDialCancel(t *testing.T) {
	w := newTCPWorld(t)
	watched := func() (n int) {
		w.do(func() { n = w.r.Stats().Descriptors })
		return n
	}
	start := func(address string, f netx.Factory, opts ...netx.Option) (d *deferred.Deferred[netx.Protocol]) {
		w.do(func() { d = w.net.Dial("tcp", address, f, opts...) })
		return d
	}
	t.Run("looking up", func(t *testing.T) {
		r := &fakeResolver{hang: true}
		d := start("far.example:80", factory(&recorder{}), netx.WithResolver(r))
		cancelled(t, w, d, "far.example:80")
		w.until("the end of the lookup", func() bool { r.mu.Lock(); defer r.mu.Unlock(); return r.running == 0 })
	})
	before := watched()
	t.Run("connecting", func(t *testing.T) {
		address := fullPort(t)
		d := start(address, factory(&recorder{}))
		if watched() != before+1 {
			t.Error("it is not connecting")
		}
		cancelled(t, w, d, address)
		if watched() != before {
			t.Error("the socket is still there")
		}
	})
	port, number := listen(t, w, factory(&recorder{}))
	var d *deferred.Deferred[netx.Protocol]
	t.Run("in the factory", func(t *testing.T) {
		var got error
		cancel := func() netx.Protocol { d.Cancel(); return &recorder{} }
		w.do(func() {
			d = w.net.Dial("tcp", "127.0.0.1:"+number, factoryOf(cancel))
			d.Catch(func(f *failure.Failure) { got = f })
		})
		w.until("the failure", func() bool { return got != nil })
		if !errors.Is(got, deferred.ErrCancelled) {
			t.Errorf("it failed with %v", got)
		}
	})
	t.Run("in ConnectionMade", func(t *testing.T) {
		a := &recorder{}
		a.onMade = func(*netx.Conn) { d.Cancel() }
		var got error
		w.do(func() {
			d = w.net.Dial("tcp", "127.0.0.1:"+number, factory(a))
			d.Catch(func(f *failure.Failure) { got = f })
		})
		w.until("the end", a.lost)
		expect(t, w, a, "made, lost: aborted")
		if !errors.Is(got, deferred.ErrCancelled) {
			t.Errorf("it failed with %v", got)
		}
	})
	t.Run("afterwards", func(t *testing.T) {
		a := &recorder{}
		d := start("127.0.0.1:"+number, factory(a))
		w.until("the connection", func() bool { return d.Called() })
		w.do(func() {
			if d.Cancel(); a.conn.Closed() {
				t.Error("a cancel has ended a connection that was made")
			}
			a.conn.Abort()
		})
		w.until("the end", a.lost)
	})
	w.do(func() { port.StopListening() })
	w.until("the end of all", func() bool { return w.r.Stats().Descriptors <= before })
}

func TestDialCancelledLookup(t *testing.T) {
	w := newTCPWorld(t)
	built := 0
	_, number := listen(t, w, counted(&recorder{}, &built))
	r := &fakeResolver{addrs: addrs("127.0.0.1"), released: make(chan struct{})}
	var d *deferred.Deferred[netx.Protocol]
	w.do(func() {
		d = w.net.Dial("tcp4", "server.example:"+number, counted(&recorder{}, &built), netx.WithResolver(r))
	})
	w.until("the lookup", func() bool { r.mu.Lock(); defer r.mu.Unlock(); return r.running == 1 })
	cancelled(t, w, d, "server.example")
	close(r.released)
	w.until("its end", func() bool { r.mu.Lock(); defer r.mu.Unlock(); return r.running == 0 })
	w.settle()
	w.do(func() {
		if built != 0 {
			t.Error("a Dial that was cancelled went on")
		}
	})
}

func TestDialTimeout(t *testing.T) {
	w := newTCPWorld(t)
	check := func(t *testing.T, err error) {
		t.Helper()
		var timeout net.Error
		_ = timeout
		var asked interface{ Timeout() bool }
		if !errors.Is(err, deferred.ErrTimeout) || !errors.Is(err, os.ErrDeadlineExceeded) ||
			!errors.Is(err, context.DeadlineExceeded) || !errors.As(err, &asked) || !asked.Timeout() {
			t.Errorf("Dial failed with %v", err)
		}
		if !strings.Contains(err.Error(), "timed out after 10ms") {
			t.Errorf("the text is %v", err)
		}
	}
	limit := netx.WithConnectTimeout(10 * time.Millisecond)
	t.Run("looking up", func(t *testing.T) {
		r := &fakeResolver{hang: true}
		_, err := dial(t, w, "tcp", "far.example:80", factory(&recorder{}), netx.WithResolver(r), limit)
		check(t, err)
		w.until("the end of the lookup", func() bool { r.mu.Lock(); defer r.mu.Unlock(); return r.running == 0 })
	})
	t.Run("connecting", func(t *testing.T) {
		_, err := dial(t, w, "tcp", fullPort(t), factory(&recorder{}), limit)
		check(t, err)
	})
	t.Run("one of several", func(t *testing.T) {
		// All addresses of 127.0.0.0/8 lead to the socket that is bound to one
		// of them, or to the one that is bound to all.
		a, b := &recorder{}, &recorder{}
		full := fullAtOne(t, w, factory(b))
		r := &fakeResolver{addrs: addrs("127.0.0.1", "127.0.0.2")}
		p, err := dial(t, w, "tcp", "far.example:"+full, factory(a), netx.WithResolver(r),
			netx.WithConnectTimeout(time.Second))
		if err != nil || p != netx.Protocol(a) {
			t.Fatalf("Dial gave %v, %v", p, err)
		}
		w.do(func() { a.conn.Close() })
		bothLost(t, w, a, b)
	})
}
