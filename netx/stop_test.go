//go:build unix

package netx_test

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
)

func TestReactorStops(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	r, err := reactor.New(reactor.WithSignals())
	if err != nil {
		t.Fatal(err)
	}
	n := netx.New(r)
	for range 2 { // it can run again, and so can the network
		stopWithAll(t, r, n)
	}
}

func stopWithAll(t *testing.T, r *reactor.Reactor, n *netx.Net) {
	t.Helper()
	full := fullPort(t)
	before := descriptors()
	everyone := map[string]*halfRecorder{}
	prepare := map[string]func(a, b *netx.Conn){
		"open":          func(a, b *netx.Conn) {},
		"paused":        func(a, b *netx.Conn) { a.Pause() },
		"both paused":   func(a, b *netx.Conn) { a.Pause(); b.Pause() },
		"writing":       func(a, b *netx.Conn) { b.Pause(); a.Write(make([]byte, 32<<20)) },
		"closing":       func(a, b *netx.Conn) { b.Pause(); a.Write(make([]byte, 32<<20)); a.Close() },
		"input closed":  func(a, b *netx.Conn) { b.CloseWrite() },
		"output closed": func(a, b *netx.Conn) { a.CloseWrite() },
	}
	var errs []string
	note := func(what string) func(f *failure.Failure) {
		return func(f *failure.Failure) {
			if !errors.Is(f, reactor.ErrStopped) {
				t.Errorf("%s: %v", what, f)
			}
			errs = append(errs, what)
		}
	}
	hang := &fakeResolver{hang: true}
	var port *netx.Port
	var l *netx.StreamListener
	var accepted *halfRecorder
	start := func() {
		var err error
		if port, err = n.Listen("tcp", "127.0.0.1:0", factoryOf(func() netx.Protocol { return accepted })); err != nil {
			t.Error(err)
		}
		if l, err = netx.ListenStream(n, "tcp", "127.0.0.1:0"); err != nil {
			t.Error(err)
		}
		l.Accept().Catch(note("accept"))
		n.Dial("tcp", "far.example:80", factory(&recorder{}), netx.WithResolver(hang)).Catch(note("lookup"))
		n.Dial("tcp", full, factory(&recorder{})).Catch(note("dial"))
		d := deferred.Succeed(struct{}{})
		for name, f := range prepare {
			a, b := &halfRecorder{}, &halfRecorder{}
			everyone["a "+name], everyone["b "+name] = a, b
			a.onLost = func(*failure.Failure) { // which may be in time
				if !b.conn.Closed() {
					b.note("aborted")
				}
				b.conn.Abort()
			}
			d = deferred.Then(d, func(struct{}) (struct{}, error) {
				accepted = b
				made := deferred.Then(n.Dial("tcp", port.Addr().String(), factory(a)), func(netx.Protocol) (struct{}, error) {
					return waitFor(r, func() bool { return b.conn != nil }).Chain()
				})
				return deferred.Then(made, func(struct{}) (struct{}, error) {
					f(a.conn, b.conn)
					return struct{}{}, nil
				}).Chain()
			})
		}
		deferred.Then(d, func(struct{}) (struct{}, error) { return turns(r, 5).Chain() }).AddBoth(
			func(_ struct{}, err error) (struct{}, error) {
				if err != nil {
					t.Error(err)
				}
				return struct{}{}, r.Stop()
			})
	}
	r.CallWhenRunning(start)
	if err := r.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	stopped := false
	if port.StopListening().Tap(func(struct{}) { stopped = true }); !stopped {
		t.Error("StopListening waits for a loop that has ended")
	}
	for name, p := range everyone {
		if !strings.Contains(p.story(), "lost: ") || strings.Count(p.story(), "lost: ") != 1 {
			t.Errorf("%s: %s", name, p.story())
		}
		if kind := kindOf(p.reason); kind != "lost" && kind != "aborted" {
			t.Errorf("%s: %v", name, p.reason)
		}
		if inTime := strings.Contains(p.story(), ", aborted, "); inTime != (kindOf(p.reason) == "aborted") {
			t.Errorf("%s: %s", name, p.story())
		}
		if kindOf(p.reason) == "lost" && !errors.Is(p.reason, reactor.ErrStopped) && !errors.Is(p.reason, unix.ECONNRESET) {
			t.Errorf("%s: %v", name, p.reason)
		}
	}
	if len(errs) != 3 {
		t.Errorf("only these were told: %v", errs)
	}
	if after := descriptors(); after > before {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
}

func TestReactorIsClosed(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	r, err := reactor.New()
	if err != nil {
		t.Fatal(err)
	}
	before := descriptors()
	n := netx.New(r)
	l, err := netx.ListenStream(n, "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port, err := n.Listen("tcp", "127.0.0.1:0", factory(&recorder{}))
	if err != nil {
		t.Fatal(err)
	}
	accepted, stopped := watch(l.Accept()), watch(port.StopListening())
	looked := watch(n.Dial("tcp", "far.example:80", factory(&recorder{}), netx.WithResolver(&fakeResolver{hang: true})))
	dialled := watch(n.Dial("tcp", l.Addr().String(), factory(&recorder{})))
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{"Accept": accepted.err, "lookup": looked.err, "Dial": dialled.err} {
		if !errors.Is(err, reactor.ErrStopped) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if !stopped.fired || stopped.err != nil {
		t.Errorf("StopListening: %+v", stopped)
	}
	if after := descriptors(); after > before {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
}

func TestLookupsOfAnEarlierRun(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	r, err := reactor.New(reactor.WithSignals())
	if err != nil {
		t.Fatal(err)
	}
	n := netx.New(r)
	stuck := &fakeResolver{released: make(chan struct{})}
	defer close(stuck.released)
	failed := 0
	r.CallWhenRunning(func() {
		for range 64 {
			n.Dial("tcp", "far.example:80", factory(&recorder{}), netx.WithResolver(stuck)).Catch(
				func(*failure.Failure) { failed++ })
		}
		waitFor(r, func() bool { stuck.mu.Lock(); defer stuck.mu.Unlock(); return stuck.running == 64 }).Tap(
			func(struct{}) { r.Stop() })
	})
	if err := r.Run(patiently(t)); err != nil || failed != 64 {
		t.Fatalf("%d have failed, Run answered %v", failed, err)
	}
	no := errors.New("no")
	var looked *outcome[netx.Protocol]
	r.CallWhenRunning(func() {
		d := n.Dial("tcp", "far.example:80", factory(&recorder{}), netx.WithResolver(&fakeResolver{err: no}))
		looked = watch(d.Finally(func() { r.Stop() }))
	})
	if err := r.Run(patiently(t)); err != nil {
		t.Fatal(err)
	}
	if !errors.Is(looked.err, no) {
		t.Errorf("Dial gave %+v", looked)
	}
}

func waitFor(r *reactor.Reactor, cond func() bool) *deferred.Deferred[struct{}] {
	d := deferred.New[struct{}]()
	var look func()
	look = func() {
		if cond() {
			d.Callback(struct{}{})
			return
		}
		r.CallFromThread(look)
	}
	look()
	return d
}

func turns(r *reactor.Reactor, n int) *deferred.Deferred[struct{}] {
	return waitFor(r, func() bool { n--; return n < 0 })
}

func fullPort(t *testing.T) string {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}), unix.Listen(fd, 0)); err != nil {
		t.Fatal(err)
	}
	sa, _ := unix.Getsockname(fd)
	fds := []int{fd}
	for range 3 { // the queue has room for one; the rest waits
		c, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
		if err != nil {
			t.Fatal(err)
		}
		unix.SetNonblock(c, true)
		unix.Connect(c, sa)
		fds = append(fds, c)
	}
	t.Cleanup(func() {
		for _, fd := range fds {
			unix.Close(fd)
		}
	})
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), uint16(sa.(*unix.SockaddrInet4).Port)).String()
}
