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
	w.begin(a, b, func(*netx.Conn, *netx.Conn) {}, opts...)
}

func (w *tlsPairWorld) streams(opts ...netx.Option) (a, b *netx.Stream) {
	w.t.Helper()
	a, b = w.pairWorld.streams(w.options(opts)...)
	w.until("both handshakes", func() bool {
		_, ready := a.ConnectionState()
		_, too := b.ConnectionState()
		return ready && too
	})
	return a, b
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

func TestStreamOnTLSOverPair(t *testing.T) {
	StreamSuite(t, func(t testing.TB) world { return &tlsPairWorld{newPairWorld(t), both(), 64 << 10, 1 << 20} })
}

func TestStreamOnTLSOverTCP(t *testing.T) {
	StreamSuite(t, func(t testing.TB) world { return &tlsTCPWorld{newTCPWorld(t), both()} })
}

// TestRandomProgramsOverTLS plays TestRandomPrograms with TLS, from before the
// handshake and from after it.
func TestRandomProgramsOverTLS(t *testing.T) {
	programs := uint64(300)
	if underRace {
		programs = 30
	}
	for name, join := range map[string]func(w *pairWorld, a, b netx.Protocol, room int, marks netx.Option){
		"after the handshake": func(w *pairWorld, a, b netx.Protocol, room int, marks netx.Option) {
			(&tlsPairWorld{pairWorld: w, cfg: both(), room: room}).connect(a, b, marks)
		},
		"from its beginning": func(w *pairWorld, a, b netx.Protocol, room int, marks netx.Option) {
			ca, cb := netx.Pair(w.clock, a, b, netx.WithPairBuffer(room), marks)
			ca.StartTLS(both()).Catch(ignore)
			cb.StartTLS(both()).Catch(ignore)
		},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range programs {
				if err := randomProgram(t, seed, join); err != nil {
					t.Errorf("seed %d: %v", seed, err)
				}
			}
		})
	}
}

// TestConnOnTLSOverFaults cuts what goes below TLS in pieces.
func TestConnOnTLSOverFaults(t *testing.T) {
	for name, faults := range map[string]func() netx.Faults{
		"short reads and writes": func() netx.Faults { return netx.Faults{Read: oneByte, Write: oneByte} },
		"would block everywhere": func() netx.Faults {
			return netx.Faults{Read: stutter(nil), Write: stutter(nil)}
		},
		"events without a cause": func() netx.Faults { return netx.Faults{Read: stutter(nil)} },
	} {
		for version, cfg := range map[string]*tls.Config{"1.2": only12(), "1.3": both()} {
			t.Run(name+", "+version, func(t *testing.T) {
				for _, name := range []string{
					"bytes in order",
					"pieces",
					"the caller keeps what was written",
					"close sends what is buffered",
					"half close, answer, half close",
					"half close by the one that read to the end",
					"a FIN does not cut the answer off",
					"a FIN while paused",
					"a FIN behind input while paused",
					"drained with both marks at zero",
					"paused",
					"paused in the protocol",
					"abort",
					"the end is told once",
					"a peer that does not read and Close",
					"a peer that does not read and half close",
				} {
					t.Run(name, func(t *testing.T) { connTest(t, &tlsFaultyWorld{newPairWorld(t), cfg, faults}, name) })
				}
			})
		}
	}
}

// tlsFaultyWorld is faultyWorld with TLS over it, from before the handshake.
type tlsFaultyWorld struct {
	*pairWorld
	cfg    *tls.Config
	faults func() netx.Faults
}

func (w *tlsFaultyWorld) much() int { return 20_000 }

func (w *tlsFaultyWorld) connect(a, b netx.Protocol, opts ...netx.Option) {
	w.t.Helper()
	(&tlsPairWorld{pairWorld: w.pairWorld, cfg: w.cfg, room: 500}).begin(a, b, func(left, right *netx.Conn) {
		netx.Misbehave(left, w.faults())
		netx.Misbehave(right, w.faults())
	}, opts...)
}

// begin is connect with something done before the first byte.
func (w *tlsPairWorld) begin(a, b netx.Protocol, first func(left, right *netx.Conn), opts ...netx.Option) {
	w.t.Helper()
	left, right := netx.Pair(w.clock, a, b, w.options(opts)...)
	first(left, right)
	ready := func(c *netx.Conn) bool {
		state, ok := c.ConnectionState()
		return ok && state.HandshakeComplete
	}
	w.until("both handshakes", func() bool { return ready(left) && ready(right) })
	w.settle() // the protocols are told of it
}

// made reports whether a recorder has its connection.
func (r *recorder) made() bool { return r.conn != nil }
