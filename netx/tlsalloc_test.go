package netx_test

import (
	"testing"

	"github.com/spindle-go/spindle/netx"
)

// A message costs the one allocation that crypto/tls makes for a record that it
// reads, beside what it costs in clear. Nothing that came with a message stays.
func TestTLSAllocations(t *testing.T) {
	if underRace {
		t.Skip("the race detector allocates")
	}
	perMessage := func(opts ...netx.Option) float64 {
		w := newPairWorld(t)
		a, b := &recorder{}, &recorder{}
		netx.Pair(w.clock, a, b, opts...)
		w.settle()
		b.onData = func([]byte) { b.data.Reset() }
		message := noise(1000)
		send := func() {
			a.conn.Write(message)
			w.settle()
		}
		for range 1000 { // the records grow to their full size
			send()
		}
		n := testing.AllocsPerRun(1000, send)
		for _, c := range []*netx.Conn{a.conn, b.conn} {
			if len(opts) > 0 {
				if out, in := netx.HeldRaw(c); out+in != 0 {
					t.Errorf("%d and %d bytes are held", out, in)
				}
			}
		}
		return n
	}
	if clear, tls := perMessage(), perMessage(netx.WithTLS(both())); tls > clear+1 {
		t.Errorf("%v allocations with TLS, %v without", tls, clear)
	}
}
