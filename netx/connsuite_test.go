package netx_test

import (
	"math/rand/v2"
	"testing"

	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/netx/netxtest"
)

func TestConnOnPair(t *testing.T) {
	netxtest.TestConn(t, func(t testing.TB) netxtest.World { return netxtest.NewPairWorld(t) })
}

func TestConnOnSmallPair(t *testing.T) {
	netxtest.TestConn(t, func(t testing.TB) netxtest.World {
		w := netxtest.NewPairWorld(t)
		w.Buffer = 7
		return w
	})
}

func TestConnOnTCP(t *testing.T) {
	ConnSuite(t, func(t testing.TB) world { return newTCPWorld(t) })
}

// ConnSuite runs the suite of netxtest in a world of this package.
func ConnSuite(t *testing.T, newWorld func(t testing.TB) world) {
	netxtest.TestConn(t, func(t testing.TB) netxtest.World { return suiteWorld{newWorld(t)} })
}

// connTest runs one test of the suite.
func connTest(t *testing.T, w world, name string) {
	t.Helper()
	test := netxtest.ConnTests()[name]
	if test == nil {
		t.Fatalf("the suite has no test %q", name)
	}
	test(t, suiteWorld{w})
}

// suiteWorld is a world as netxtest knows it.
type suiteWorld struct{ w world }

func (s suiteWorld) Connect(a, b netx.Protocol, opts ...netx.Option) { s.w.connect(a, b, opts...) }
func (s suiteWorld) Do(f func())                                     { s.w.do(f) }
func (s suiteWorld) Until(what string, cond func() bool)             { s.w.until(what, cond) }
func (s suiteWorld) Settle()                                         { s.w.settle() }
func (s suiteWorld) Much() int                                       { return s.w.much() }
func (s suiteWorld) Local() bool                                     { return unixWorld(s.w) }

func (s suiteWorld) Secure() bool {
	_, secure := s.w.(interface{ speaksTLS() })
	return secure
}

// expect compares stories, on the loop.
func expect(t testing.TB, w world, r *recorder, want string) {
	t.Helper()
	got := ""
	w.do(func() { got = r.story() })
	if got != want {
		t.Errorf("story:\n got %q\nwant %q", got, want)
	}
}

// bothLost waits for the end of a connection.
func bothLost(t testing.TB, w world, a, b *recorder) {
	t.Helper()
	if unixWorld(w) {
		w.do(func() { resume(a); resume(b) })
	}
	w.until("the end of both sides", func() bool { return a.lost() && b.lost() })
	w.settle()
}

// unixWorld reports whether the connections of w are over Unix sockets.
func unixWorld(w world) bool {
	_, local := w.(interface{ unixSockets() })
	return local
}

// resume has r read on: without a RST, an end that stands behind input is seen by
// reading.
func resume(r *recorder) {
	if r.conn != nil {
		r.conn.Resume()
	}
}

// noise is n bytes that are not alike.
func noise(n int) []byte {
	p := make([]byte, n)
	r := rand.NewChaCha8([32]byte{1})
	r.Read(p)
	return p
}

// second returns the second result of a call.
func second(_ int, err error) error { return err }
