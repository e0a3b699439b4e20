//go:build unix

package netx_test

import (
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

// TestShutdownEndsHandshakes shuts a port down while handshakes are under way: with a
// peer that says nothing, with one whose handshake a worker is at, and with a
// connection that has one behind it. The first two are closed at once, whatever the
// grace; the third one has it.
func TestShutdownEndsHandshakes(t *testing.T) {
	for name, tt := range map[string]struct {
		before func(p *netx.Port)
		cancel bool
		want   netx.ShutdownReport
	}{
		"at once":              {before: func(*netx.Port) {}, want: netx.ShutdownReport{Finished: 1, Closed: 2}},
		"after StopListening":  {before: func(p *netx.Port) { p.StopListening() }, want: netx.ShutdownReport{Finished: 1, Closed: 2}},
		"and it is cancelled":  {before: func(*netx.Port) {}, cancel: true, want: netx.ShutdownReport{Aborted: 3}},
		"after another of one": {before: func(p *netx.Port) { p.Shutdown(time.Hour) }, want: netx.ShutdownReport{Finished: 1, Closed: 2}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTCPWorld(t)
			g := newGate()
			b := &recorder{}
			port, number := listen(t, w, factory(b), netx.WithTLS(g.config(w)), netx.WithHandshakeTimeout(0))
			mute := strangers(t, number, 1)[0]
			a := &recorder{}
			w.do(func() { w.net.Dial("tcp4", "localhost:"+number, factory(a), netx.WithTLS(both())).Catch(w.unexpected) })
			receive(t, g.entered, "the first handshake")
			g.open <- struct{}{}
			w.until("the first connection", func() bool { return a.conn != nil && b.conn != nil })
			var o *outcome[netx.Protocol]
			w.do(func() {
				o = watch(w.net.Dial("tcp4", "localhost:"+number, factory(&recorder{}), netx.WithTLS(both())))
			})
			receive(t, g.entered, "the second handshake")
			w.until("the silent one", func() bool { return port.Stats().Open == 3 })
			var report *netx.ShutdownReport
			w.do(func() {
				tt.before(port)
				d := port.Shutdown(time.Hour)
				if tt.cancel {
					watch(d)
					d.Cancel()
				}
				port.Shutdown(0).Tap(func(r netx.ShutdownReport) { report = &r })
			})
			receive(t, g.entered, "the worker to give up")
			_ = mute.SetDeadline(time.Now().Add(patience))
			ends(t, mute)
			w.until("the end of the Dial", func() bool { return o.fired })
			w.do(func() {
				if !tt.cancel && (b.lost() || port.Stats().Open != 1 || report != nil) {
					t.Errorf("b: %s; the port: %+v; the report: %v", b.story(), port.Stats(), report)
				}
				b.conn.Close()
			})
			w.until("the report", func() bool { return report != nil })
			if *report != tt.want || o.err == nil {
				t.Errorf("the report is %v, not %v; the Dial: %v", report, tt.want, o.err)
			}
			bothLost(t, w, a, b)
			w.do(func() {
				if s := port.Stats(); s.Failed != 2 || s.Accepted != 1 {
					t.Errorf("the port: %+v", s)
				}
				if n := len(w.r.DelayedCalls()); n != 0 {
					t.Errorf("%d delayed calls are left", n)
				}
			})
		})
	}
}

// TestHandshakeErrorsPanic has the function panic that is told of a handshake: the
// connection ends and is counted all the same, so a Shutdown does not wait for it.
func TestHandshakeErrorsPanic(t *testing.T) {
	w := newTCPWorld(t)
	var panics []any
	w.do(func() {
		deferred.SetUnhandledHandler(func(u deferred.Unhandled) {
			if p, ok := errors.AsType[*failure.PanicError](u.Failure); ok {
				panics = append(panics, p.Value)
			}
		})
	})
	port, number := listen(t, w, factory(&recorder{}), netx.WithTLS(both()),
		netx.WithMaxConnections(2), netx.WithHandshakeErrors(func(net.Addr, error) { panic("boom") }))
	for range 2 {
		c := strangers(t, number, 1)[0]
		c.Write([]byte("no handshake at all\r\n"))
		_ = c.SetDeadline(time.Now().Add(patience))
		_, _ = io.Copy(io.Discard, c)
	}
	w.until("the end of both", func() bool { return port.Stats().Failed == 2 && len(panics) == 2 })
	var report *netx.ShutdownReport
	w.do(func() {
		if s := port.Stats(); s.Open != 0 || !netx.Accepting(port) {
			t.Errorf("the port: %+v", s)
		}
		port.Shutdown(time.Hour).Tap(func(r netx.ShutdownReport) { report = &r })
	})
	w.until("the report", func() bool { return report != nil })
}
