package netx_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/spindle-go/spindle/netx"
)

// TestTLSWithPolicies has TLS over what the options put between a connection and
// its socket, in each way that a connection comes to speak TLS.
func TestTLSWithPolicies(t *testing.T) {
	var said strings.Builder
	traffic := &netx.Traffic{}
	for name, opt := range map[string]netx.Option{
		"a log":          netx.WithLog(slog.New(slog.NewTextHandler(&said, nil))),
		"a timeout":      netx.WithIdleTimeout(time.Hour),
		"a counter":      netx.WithTraffic(traffic),
		"one from there": netx.WithMaxConnectionsPerPeer(1),
		"a read rate":    netx.WithReadRate(10_000, 300), // less than a handshake
		"a write rate":   netx.WithWriteRate(10_000, 300),
	} {
		for _, over := range []string{"a pair", "TCP"} {
			t.Run(name+" over "+over, func(t *testing.T) {
				pair := newPairWorld(t)
				var w world = &tlsPairWorld{pair, both(), 64 << 10, 1 << 20}
				now := pair.clock.Now
				if over == "TCP" {
					now = time.Now
					w = &tlsTCPWorld{newTCPWorld(t), both()}
				}
				a, b := &recorder{}, &recorder{}
				*traffic = netx.Traffic{}
				said.Reset()
				began := now()
				w.connect(a, b, opt)
				w.do(func() {
					a.conn.SetIdleTimeout(time.Minute) // from within TLS
					b.conn.Write([]byte("hello"))
				})
				w.until("the answer", func() bool { return a.data.String() == "hello" })
				w.do(func() { b.conn.Close() })
				bothLost(t, w, a, b)
				if kindOf(a.reason) != "done" || kindOf(b.reason) != "done" {
					t.Errorf("%v, %v", a.reason, b.reason)
				}
				if took := now().Sub(began); strings.HasSuffix(name, "rate") && took < 30*time.Millisecond {
					t.Errorf("it took no longer than %v", took)
				}
				if name == "a counter" && (traffic.Connections != 2 || traffic.Open != 0 || traffic.Written < 500) {
					t.Errorf("counted %+v", *traffic)
				}
				if name == "a log" && (strings.Count(said.String(), "connection made") != 2 || strings.Count(said.String(), "connection ended") != 2) {
					t.Errorf("logged %s", &said)
				}
			})
		}
	}
}
