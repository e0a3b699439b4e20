package netx_test

import (
	"crypto/tls"
	"testing"

	"github.com/spindle-go/spindle/netx"
)

func TestConnOnTLSOverPair(t *testing.T) {
	ConnSuite(t, func(t testing.TB) world { return &tlsPairWorld{newPairWorld(t), both(), 64 << 10, 1 << 20} })
}

func TestConnOnTLS12OverPair(t *testing.T) {
	ConnSuite(t, func(t testing.TB) world { return &tlsPairWorld{newPairWorld(t), only12(), 64 << 10, 1 << 20} })
}

// Room for less than a record: everything waits for something.
func TestConnOnTLSOverNarrowPair(t *testing.T) {
	ConnSuite(t, func(t testing.TB) world { return &tlsPairWorld{newPairWorld(t), both(), 500, 50_000} })
}

func TestConnOnTLSOverTCP(t *testing.T) {
	ConnSuite(t, func(t testing.TB) world { return &tlsTCPWorld{newTCPWorld(t), both()} })
}

func TestConnOnTLS12OverTCP(t *testing.T) {
	ConnSuite(t, func(t testing.TB) world { return &tlsTCPWorld{newTCPWorld(t), only12()} })
}

// tlsPairWorld is the world of Pair with TLS over it.
type tlsPairWorld struct {
	*pairWorld
	cfg  *tls.Config
	room int
	lots int
}

func (w *tlsPairWorld) much() int { return w.lots }

func (w *tlsPairWorld) options(opts []netx.Option) []netx.Option {
	return append([]netx.Option{netx.WithTLS(w.cfg), netx.WithPairBuffer(w.room)}, opts...)
}

func (w *tlsPairWorld) connect(a, b netx.Protocol, opts ...netx.Option) {
	w.t.Helper()
	w.pairWorld.connect(a, b, w.options(opts)...)
	w.until("both handshakes", func() bool { return wasMade(a) && wasMade(b) })
}

// wasMade reports whether a recorder has its connection.
func wasMade(p netx.Protocol) bool { return p.(interface{ made() bool }).made() }

func (r *recorder) made() bool { return r.conn != nil }

func (w *tlsPairWorld) streams(opts ...netx.Option) (a, b *netx.Stream) {
	w.t.Helper()
	return w.pairWorld.streams(w.options(opts)...)
}

// tlsTCPWorld is the world of TCP with TLS over it.
type tlsTCPWorld struct {
	*tcpWorld
	cfg *tls.Config
}

func (w *tlsTCPWorld) connect(a, b netx.Protocol, opts ...netx.Option) {
	w.t.Helper()
	w.tcpWorld.connect(a, b, append([]netx.Option{netx.WithTLS(w.cfg)}, opts...)...)
}

func (w *tlsTCPWorld) streams(opts ...netx.Option) (a, b *netx.Stream) {
	w.t.Helper()
	return w.tcpWorld.streams(append([]netx.Option{netx.WithTLS(w.cfg)}, opts...)...)
}
