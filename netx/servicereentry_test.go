package netx_test

import (
	"testing"
	"time"

	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

// TestServiceReentry has those who wait call the Service from everywhere.
func TestServiceReentry(t *testing.T) {
	t.Run("Stop in a waiter", func(t *testing.T) {
		l := newServiceLab(t, netx.ServiceConfig{})
		var stopped *outcome[struct{}]
		l.s.WhenConnected(0).Tap(func(netx.Protocol) { stopped = watch(l.s.Stop()) })
		l.s.Start()
		l.clock.Advance(0)
		if !stopped.fired {
			t.Error("it has not stopped")
		}
		l.want("0", 0)
	})
	t.Run("Stop in a waiter that fails in the first attempt", func(t *testing.T) {
		l := newServiceLab(t, netx.ServiceConfig{}, "refuse")
		var stopped *outcome[struct{}]
		l.s.WhenConnected(1).Catch(func(*failure.Failure) { stopped = watch(l.s.Stop()) })
		l.s.Start()
		if !stopped.fired {
			t.Error("it has not stopped")
		}
		l.want("0", 0)
	})
	t.Run("Stop and Start there", func(t *testing.T) {
		l := newServiceLab(t, netx.ServiceConfig{}, "refuse")
		var stopped *outcome[struct{}]
		l.s.WhenConnected(1).Catch(func(*failure.Failure) { stopped = watch(l.s.Stop()); l.s.Start() })
		l.s.Start()
		if !stopped.fired || l.s.Connected() == nil {
			t.Error("it did not begin again")
		}
		l.want("0 0", 0)
		l.s.Stop()
		l.clock.Advance(0)
	})
	t.Run("Start in a waiter that fails by Stop", func(t *testing.T) {
		l := newServiceLab(t, netx.ServiceConfig{}, "hang")
		l.s.WhenConnected(0).Catch(func(*failure.Failure) { l.s.Start() })
		l.s.Start()
		stopped := watch(l.s.Stop())
		if !stopped.fired || l.s.Connected() == nil {
			t.Error("it did not begin again")
		}
		l.s.Stop()
		l.clock.Advance(0)
	})
	t.Run("Stop in Connect", func(t *testing.T) {
		l := newServiceLab(t, netx.ServiceConfig{})
		var stopped *outcome[struct{}]
		l.made = func(r *recorder) { r.onMade = func(*netx.Conn) { stopped = watch(l.s.Stop()) } }
		l.s.Start()
		l.clock.Advance(time.Minute)
		if !stopped.fired || !l.last().lost() {
			t.Error("it has not stopped")
		}
		l.want("0", 0)
	})
	t.Run("Stop in ConnectionLost", func(t *testing.T) {
		l := newServiceLab(t, netx.ServiceConfig{})
		var stopped *outcome[struct{}]
		l.made = func(r *recorder) { r.onLost = func(*failure.Failure) { stopped = watch(l.s.Stop()) } }
		l.s.Start()
		l.servers[0].conn.Close()
		l.clock.Advance(time.Minute)
		if !stopped.fired {
			t.Error("it has not stopped")
		}
		l.want("0", 0)
	})
}
