//go:build unix

package netx_test

import (
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/netx"
)

// TestShutdownEndsTheWaitForHeaders shuts a port down while two wait for their header
// and one connection has its: the two are closed at once and in the report.
func TestShutdownEndsTheWaitForHeaders(t *testing.T) {
	for name, tt := range map[string]struct {
		before func(p *netx.Port)
		want   netx.ShutdownReport
	}{
		"at once":             {func(*netx.Port) {}, netx.ShutdownReport{Finished: 1, Closed: 2}},
		"after another":       {func(p *netx.Port) { p.Shutdown(time.Hour) }, netx.ShutdownReport{Finished: 1, Closed: 2}},
		"after StopListening": {func(p *netx.Port) { p.StopListening() }, netx.ShutdownReport{Finished: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTCPWorld(t)
			reported := reports(w)
			server := &recorder{}
			port, number := listen(t, w, factory(server), netx.WithProxyProtocol(anybody))
			waiting := strangers(t, number, 2)
			whole := strangers(t, number, 1)[0]
			if _, err := whole.Write([]byte("PROXY UNKNOWN\r\n")); err != nil {
				t.Fatal(err)
			}
			w.until("the connection", server.made)
			w.until("the others", func() bool { return netx.Pending(port) == 2 })
			var report *netx.ShutdownReport
			w.do(func() {
				tt.before(port)
				port.Shutdown(time.Hour).Tap(func(r netx.ShutdownReport) { report = &r })
			})
			for _, c := range waiting {
				_ = c.SetDeadline(time.Now().Add(patience))
				ends(t, c)
			}
			w.do(func() {
				if report != nil || server.lost() || len(w.r.DelayedCalls()) != 1 {
					t.Errorf("report %v, %s, %d delayed calls", report, server.story(), len(w.r.DelayedCalls()))
				}
				server.conn.Close()
			})
			w.until("the report", func() bool { return report != nil })
			w.do(func() {
				deferred.FlushUnhandled()
				if s := port.Stats(); *report != tt.want || len(*reported) != 0 || s != (netx.PortStats{Accepted: 1, Rejected: 2}) {
					t.Errorf("report %v, not %v; reported %v; %+v", report, tt.want, *reported, s)
				}
			})
		})
	}
}
