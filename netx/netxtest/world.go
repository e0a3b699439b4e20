package netxtest

import (
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred/deferredtest"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/timeout"
)

// World is where connections live in a test: in memory on a virtual clock, on the
// sockets of a reactor, or somewhere else. Its methods are called on the goroutine
// of the test, and fail the test themselves.
type World interface {
	// Connect joins two protocols by a new connection with these options. When it
	// returns, both ConnectionMade have been called.
	Connect(a, b netx.Protocol, opts ...netx.Option)

	// Do calls f on the loop's goroutine and waits for it.
	Do(f func())

	// Until lets the world go on until cond, which is called on the loop's
	// goroutine, holds. The text says what for, in case it never does.
	Until(what string, cond func() bool)

	// Settle lets everything happen that is due without waiting for time to pass.
	Settle()

	// Much is more bytes than a connection takes at once.
	Much() int
}

// LocalWorld is a World that may be one of Unix sockets. These know no reset: the
// peer of an aborted connection sees a clean end, behind what had come before. And
// they have none of the options of TCP.
type LocalWorld interface {
	World

	// Local reports whether it is one.
	Local() bool
}

// isLocal reports whether the connections of w are over Unix sockets.
func isLocal(w World) bool {
	l, ok := w.(LocalWorld)
	return ok && l.Local()
}

// SecureWorld is a World that may be one of TLS, over whatever there is below. There
// an end without a close_notify is a loss, a reset or not.
type SecureWorld interface {
	World

	// Secure reports whether it is one.
	Secure() bool
}

// isSecure reports whether the connections of w speak TLS.
func isSecure(w World) bool {
	s, ok := w.(SecureWorld)
	return ok && s.Secure()
}

// resetIn is the kind of the reason that the peer of an aborted connection gets.
func resetIn(w World) string {
	if isLocal(w) && !isSecure(w) {
		return "done"
	}
	return "lost"
}

// PairWorld is the world of netx.Pair, on a virtual clock: what happens in it is
// the same in each run.
type PairWorld struct {
	// T is the test.
	T testing.TB
	// Clock is what the connections go by.
	Clock *timeout.VirtualClock
	// Buffer is how many bytes each direction holds; 0 is the default of netx.
	Buffer int
}

// NewPairWorld returns a world of netx.Pair. When the test is over, it fails if a
// Deferred was left with a failure that nobody handled.
func NewPairWorld(t testing.TB) *PairWorld {
	deferredtest.CheckUnhandled(t)
	return &PairWorld{T: t, Clock: timeout.NewVirtualClock(time.Unix(0, 0))}
}

// Connect implements [World].
func (w *PairWorld) Connect(a, b netx.Protocol, opts ...netx.Option) {
	if w.Buffer > 0 {
		opts = append(opts[:len(opts):len(opts)], netx.WithPairBuffer(w.Buffer))
	}
	netx.Pair(w.Clock, a, b, opts...)
}

// Do implements [World].
func (w *PairWorld) Do(f func()) { f() }

// Until implements [World]. It fails the test when nothing is left to happen.
func (w *PairWorld) Until(what string, cond func() bool) {
	w.T.Helper()
	for !cond() {
		if !w.Clock.RunNext() {
			w.T.Fatalf("nothing is left to happen, still waiting for %s", what)
		}
	}
}

// Settle implements [World].
func (w *PairWorld) Settle() { w.Clock.Advance(0) }

// Much implements [World].
func (w *PairWorld) Much() int {
	if w.Buffer > 0 {
		return 10_000
	}
	return 1 << 20
}
