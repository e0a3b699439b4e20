//go:build unix

package netx_test

import (
	"bytes"
	"context"
	"errors"
	"net/netip"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
)

func TestConnOnTCP6(t *testing.T) {
	requireIPv6(t)
	ConnSuite(t, func(t testing.TB) world {
		w := newTCPWorld(t)
		w.at = "[::1]:0"
		return w
	})
}

func TestConnOnOtherPollers(t *testing.T) {
	for name, poller := range map[string]reactor.Poller{"poll": reactor.Poll, "select": reactor.Select} {
		t.Run(name, func(t *testing.T) {
			ConnSuite(t, func(t testing.TB) world { return newTCPWorld(t, reactor.WithPoller(poller)) })
		})
	}
}

// requireIPv6 skips the test where the machine has no IPv6.
func requireIPv6(t *testing.T) {
	t.Helper()
	w := newTCPWorld(t)
	w.do(func() {
		port, err := w.net.Listen("tcp6", "[::1]:0", factory(&recorder{}))
		if errors.Is(err, unix.EADDRNOTAVAIL) || errors.Is(err, unix.EAFNOSUPPORT) {
			t.Logf("no IPv6: %v", err)
			return
		}
		if err != nil {
			t.Error(err)
			return
		}
		port.StopListening()
	})
	if fd, err := unix.Socket(unix.AF_INET6, unix.SOCK_STREAM, 0); err != nil {
		t.Skip("no IPv6")
	} else {
		defer unix.Close(fd)
		if unix.Bind(fd, &unix.SockaddrInet6{Addr: netip.IPv6Loopback().As16()}) != nil {
			t.Skip("no IPv6 on loopback")
		}
	}
}

func TestDescriptorIsClosedFirst(t *testing.T) {
	w := newTCPWorld(t)
	open := func(fd int) bool {
		_, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
		return err == nil
	}
	for name, end := range map[string]func(c *netx.Conn){
		"close": func(c *netx.Conn) { c.Close() },
		"abort": func(c *netx.Conn) { c.Abort() },
	} {
		a, b := &recorder{}, &recorder{}
		w.connect(a, b)
		for _, r := range []*recorder{a, b} {
			fd := netx.FDOf(r.conn)
			r.onLost = func(*failure.Failure) {
				if open(fd) {
					t.Errorf("%s: descriptor %d is open in ConnectionLost", name, fd)
				}
			}
		}
		w.do(func() { end(a.conn) })
		bothLost(t, w, a, b)
	}
}

func TestSocketOptions(t *testing.T) {
	w := newTCPWorld(t)
	a, b := &recorder{}, &recorder{}
	w.connect(a, b)
	option := func(r *recorder, level, opt int) int {
		v, err := unix.GetsockoptInt(netx.FDOf(r.conn), level, opt)
		if err != nil {
			t.Error(err)
		}
		return v
	}
	w.do(func() {
		for name, r := range map[string]*recorder{"dialled": a, "accepted": b} {
			fd := netx.FDOf(r.conn)
			if option(r, unix.IPPROTO_TCP, unix.TCP_NODELAY) == 0 || option(r, unix.SOL_SOCKET, unix.SO_KEEPALIVE) == 0 {
				t.Errorf("%s: no delay or keep-alive is off", name)
			}
			if runtime.GOOS == "linux" {
				for opt, want := range map[int]int{4: 15, 5: 15, 6: 9} { // TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT
					if got := option(r, unix.IPPROTO_TCP, opt); got != want {
						t.Errorf("%s: option %d is %d, not %d", name, opt, got, want)
					}
				}
			}
			flags, _ := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
			cloexec, _ := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
			if flags&unix.O_NONBLOCK == 0 || cloexec&unix.FD_CLOEXEC == 0 {
				t.Errorf("%s: it blocks or is handed on to children", name)
			}
			if err := errors.Join(r.conn.SetNoDelay(false), r.conn.SetKeepAlive(false)); err != nil {
				t.Error(err)
			}
			if option(r, unix.IPPROTO_TCP, unix.TCP_NODELAY) != 0 || option(r, unix.SOL_SOCKET, unix.SO_KEEPALIVE) != 0 {
				t.Errorf("%s: no delay or keep-alive stays on", name)
			}
		}
		a.conn.Close()
	})
	bothLost(t, w, a, b)
}

// TestManyPieces writes more pieces than go into one system call.
func TestManyPieces(t *testing.T) {
	w := newTCPWorld(t)
	a, b := &recorder{}, &recorder{}
	w.connect(a, b)
	var pieces [][]byte
	for i := range 100 {
		pieces = append(pieces, []byte{byte(i)}, nil)
	}
	w.do(func() {
		if n, err := a.conn.Writev(pieces); n != 100 || err != nil || a.conn.Buffered() != 0 {
			t.Errorf("Writev answered %d, %v, and %d bytes are buffered", n, err, a.conn.Buffered())
		}
		a.conn.Close()
	})
	bothLost(t, w, a, b)
	if !bytes.Equal(b.data.Bytes(), bytes.Join(pieces, nil)) {
		t.Errorf("got %v", b.data.Bytes())
	}
}

// TestNoAllocations has two connections send a byte to and fro.
func TestNoAllocations(t *testing.T) {
	w := newTCPWorld(t)
	a, b := &echo{}, &echo{}
	const rounds = 2000
	var before, after runtime.MemStats
	n := 0
	counter := &recorder{}
	w.connect(counter, b)
	done := make(chan struct{})
	w.do(func() {
		*a = echo{conn: counter.conn}
		counter.data.Grow(4 * rounds)
		counter.onData = func(p []byte) {
			switch n++; n {
			case rounds / 2:
				runtime.ReadMemStats(&before)
			case rounds:
				runtime.ReadMemStats(&after)
				close(done)
				return
			}
			a.DataReceived(p)
		}
		a.conn.WriteString("x")
	})
	receive(t, done, "the rounds")
	// A few are somebody else's: the runtime's, or of the wait above.
	if got := after.Mallocs - before.Mallocs; got > rounds/100 {
		t.Errorf("%d allocations in %d rounds of two messages", got, rounds/2)
	}
	w.do(func() { a.conn.Close() })
	w.until("the end", counter.lost)
}

// TestReactorStops stops the reactor with a connection in every state.
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

// stopWithAll runs the reactor once.
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

// TestReactorIsClosed ends a reactor that never ran.
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
	if after := descriptors(); after != before {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
}

// TestLookupsOfAnEarlierRun leaves as many lookups behind as may run at a time.
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

// waitFor returns a Deferred that fires when cond holds, which is looked at in
// each turn.
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

// turns returns a Deferred that fires n turns later.
func turns(r *reactor.Reactor, n int) *deferred.Deferred[struct{}] {
	return waitFor(r, func() bool { n--; return n < 0 })
}

// fullPort returns an address at which a connection is neither accepted nor
// refused until the test is over.
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

// TestNotInherited starts a child and looks at its descriptors.
func TestNotInherited(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs /proc")
	}
	w := newTCPWorld(t)
	a, b := &recorder{}, &recorder{}
	w.connect(a, b)
	w.do(func() { b.conn.Pause() }) // has the anchor be there
	out, err := exec.Command("ls", "-l", "/proc/self/fd").Output()
	if err != nil {
		t.Skip(err)
	}
	if strings.Contains(string(out), "socket:") || strings.Contains(string(out), "eventpoll") {
		t.Errorf("a child inherits descriptors:\n%s", out)
	}
	w.do(func() { a.conn.Close(); b.conn.Abort() })
	bothLost(t, w, a, b)
}
