//go:build unix

package netx_test

import (
	"bytes"
	"errors"
	"net/netip"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

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

// TestSignals interrupts the system calls of a connection.
func TestSignals(t *testing.T) {
	w := newTCPWorld(t)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
				unix.Kill(unix.Getpid(), unix.SIGURG) // Go's own, which it expects at any time
				runtime.Gosched()
			}
		}
	}()
	connTest(t, w, "much in both directions")
	connTest(t, w, "bytes in order")
	close(stop)
	<-stopped
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
// stopWithAll runs the reactor once.
// TestReactorIsClosed ends a reactor that never ran.
// TestLookupsOfAnEarlierRun leaves as many lookups behind as may run at a time.
// waitFor returns a Deferred that fires when cond holds, which is looked at in
// each turn.
// turns returns a Deferred that fires n turns later.
// fullPort returns an address at which a connection is neither accepted nor
// refused until the test is over.
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
