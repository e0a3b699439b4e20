package netx_test

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
	"github.com/spindle-go/spindle/timeout"
)

// world is where connections live in a test of their behaviour: in memory on a
// virtual clock, or on the sockets of the system on a reactor.
type world interface {
	// connect joins two protocols. Both ConnectionMade have been called.
	connect(a, b netx.Protocol, opts ...netx.Option)
	// streams joins two Streams.
	streams(opts ...netx.Option) (a, b *netx.Stream)
	// do runs f on the loop's goroutine, and waits for it.
	do(f func())
	// until lets the world go on until cond, which is called on the loop's
	// goroutine, holds.
	until(what string, cond func() bool)
	// much is more bytes than a connection takes at once.
	much() int
	// settle lets everything happen that is due at once.
	settle()
}

// factoryOf returns a factory that takes its protocols from f.
func factoryOf(f func() netx.Protocol) netx.Factory {
	return netx.FactoryFunc(func(net.Addr) (netx.Protocol, error) { return f(), nil })
}

// pairWorld is the world of Pair.
type pairWorld struct {
	t     testing.TB
	clock *timeout.VirtualClock
}

func newPairWorld(t testing.TB) *pairWorld {
	deferredtest.CheckUnhandled(t)
	return &pairWorld{t: t, clock: timeout.NewVirtualClock(time.Unix(0, 0))}
}

func (w *pairWorld) connect(a, b netx.Protocol, opts ...netx.Option) {
	netx.Pair(w.clock, a, b, opts...)
}

func (w *pairWorld) streams(opts ...netx.Option) (a, b *netx.Stream) {
	return netx.StreamPair(w.clock, opts...)
}

func (w *pairWorld) do(f func()) { f() }

func (w *pairWorld) until(what string, cond func() bool) {
	w.t.Helper()
	for !cond() {
		if !w.clock.RunNext() {
			w.t.Fatalf("nothing is left to happen, still waiting for %s", what)
		}
	}
}

func (w *pairWorld) much() int { return 1 << 20 }

func (w *pairWorld) settle() { w.clock.Advance(0) }

// smallPairWorld has room for seven bytes in each direction.
type smallPairWorld struct{ *pairWorld }

func (w *smallPairWorld) much() int { return 10_000 }

func (w *smallPairWorld) connect(a, b netx.Protocol, opts ...netx.Option) {
	w.pairWorld.connect(a, b, append(opts[:len(opts):len(opts)], netx.WithPairBuffer(7))...)
}

// tcpWorld is the world of TCP on loopback.
type tcpWorld struct {
	t   testing.TB
	r   *reactor.Reactor
	net *netx.Net
	on  string // the network
	at  string // the address to listen at
}

func newTCPWorld(t testing.TB, opts ...reactor.Option) *tcpWorld {
	deferredtest.CheckUnhandled(t)
	w := &tcpWorld{t: t, on: "tcp", at: "127.0.0.1:0"}
	w.r = startReactor(t, opts...)
	w.net = netx.New(w.r)
	return w
}

// startReactor runs a reactor until the end of the test.
func startReactor(t testing.TB, opts ...reactor.Option) *reactor.Reactor {
	t.Helper()
	if !sockets {
		t.Skip("no sockets on this platform")
	}
	r, err := reactor.New(append([]reactor.Option{reactor.WithSignals()}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	running := make(chan struct{})
	r.CallWhenRunning(func() { close(running) })
	go func() { ended <- r.Run(context.Background()) }()
	receive(t, running, "the reactor to run")
	t.Cleanup(func() {
		_ = r.Stop() // the test may have stopped it
		if err := receive(t, ended, "the reactor to stop"); err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return r
}

func (w *tcpWorld) do(f func()) {
	w.t.Helper()
	done := make(chan struct{})
	if err := w.r.CallFromThread(func() { defer close(done); f() }); err != nil {
		w.t.Fatal(err)
	}
	receive(w.t, done, "the loop")
}

// until looks in each turn of the loop. With nothing else to do the loop turns
// all the time meanwhile, which is the price of not having to know what event it
// is that makes cond hold.
func (w *tcpWorld) until(what string, cond func() bool) {
	w.t.Helper()
	holds := make(chan struct{})
	ctx := patiently(w.t)
	var look func()
	look = func() {
		switch {
		case cond():
			close(holds)
		case ctx.Err() == nil:
			_ = w.r.CallFromThread(look) // if it has stopped, the time will run out
		}
	}
	if err := w.r.CallFromThread(look); err != nil {
		w.t.Fatal(err)
	}
	receive(w.t, holds, what)
}

func (w *tcpWorld) much() int { return 8 << 20 }

// settle waits for some turns. What was sent on loopback is at its receiver when
// the call that sent it returns.
func (w *tcpWorld) settle() {
	for range 20 {
		w.do(func() {})
	}
}

func (w *tcpWorld) connect(a, b netx.Protocol, opts ...netx.Option) {
	w.t.Helper()
	var port *netx.Port
	var dialled *deferred.Deferred[netx.Protocol]
	made := 0
	w.do(func() {
		var err error
		if port, err = w.net.Listen(w.on, w.at, counted(b, &made), opts...); err != nil {
			w.t.Error(err)
			return
		}
		dialled = w.net.Dial(w.on, port.Addr().String(), factory(a), opts...)
		dialled.AddBoth(func(p netx.Protocol, err error) (netx.Protocol, error) {
			if err != nil {
				w.t.Error(err)
			}
			made++
			return p, nil
		})
	})
	w.until("the connection", func() bool { return made == 2 })
	w.do(func() { port.StopListening() })
}

// counted is a factory that counts the protocols it gave.
func counted(p netx.Protocol, n *int) netx.Factory {
	return factoryOf(func() netx.Protocol {
		*n++
		return p
	})
}

func (w *tcpWorld) streams(opts ...netx.Option) (a, b *netx.Stream) {
	w.t.Helper()
	var l *netx.StreamListener
	w.do(func() {
		var err error
		if l, err = netx.ListenStream(w.net, w.on, w.at, opts...); err != nil {
			w.t.Error(err)
			return
		}
		l.Accept().Tap(func(s *netx.Stream) { b = s }).Catch(w.unexpected)
		netx.DialStream(w.net, w.on, l.Addr().String(), opts...).Tap(func(s *netx.Stream) { a = s }).Catch(w.unexpected)
	})
	w.until("the streams", func() bool { return a != nil && b != nil })
	w.do(func() { l.Close() })
	return a, b
}

func (w *tcpWorld) unexpected(f *failure.Failure) { w.t.Errorf("unexpected: %+v", f) }

// localWorld is the world of Unix stream sockets.
type localWorld struct{ *tcpWorld }

func newLocalWorld(t testing.TB, opts ...reactor.Option) *localWorld {
	path := socketPath(t) // first, so that it is there until the reactor has stopped
	w := &localWorld{newTCPWorld(t, opts...)}
	w.on, w.at = "unix", path
	return w
}

// unixSockets marks the worlds of Unix sockets, which know no reset and have no
// options of TCP.
func (*localWorld) unixSockets() {}

// socketPath is a path for a socket, in a folder of its own. The one of TempDir is
// too long: it has the test's name in it.
func socketPath(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "netx")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return filepath.Join(dir, "s")
}
