//go:build unix

package reactor_test

import (
	"testing"

	"github.com/spindle-go/spindle/reactor"
)

// TestPanicCostsOnlyItsOwner has every sort of callback panic, between two of the
// same sort that do not. The log names it and holds its stack.
func TestPanicCostsOnlyItsOwner(t *testing.T) {
	tests := []struct {
		name string
		call func(w *world, f func())
		log  string
	}{
		{"thread call", func(w *world, f func()) { w.check(w.r.CallFromThread(f)) }, "panic in thread call"},
		{"delayed call", func(w *world, f func()) { w.r.CallLater(0, f) }, "panic in delayed call"},
		{"AfterFunc", func(w *world, f func()) { w.r.AfterFunc(0, f) }, "panic in delayed call"},
		{"CallWhenRunning", func(w *world, f func()) { w.r.CallWhenRunning(f) }, "panic in system event trigger"},
		{"CallWhenRunning when it runs", func(w *world, f func()) {
			w.check(w.r.CallFromThread(func() { w.r.CallWhenRunning(f) }))
		}, "panic in CallWhenRunning"},
		{"startup trigger", func(w *world, f func()) {
			w.r.AddSystemEventTrigger(reactor.Before, reactor.Startup, noted(f))
		}, "panic in system event trigger"},
		{"shutdown trigger", func(w *world, f func()) {
			w.r.AddSystemEventTrigger(reactor.During, reactor.Shutdown, noted(f))
		}, "panic in system event trigger"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			forEachPoller(t, func(w *world) {
				var order []string
				test.call(w, func() { order = append(order, "before") })
				test.call(w, func() { broken() })
				test.call(w, func() { order = append(order, "after") })
				w.r.CallWhenRunning(w.stopSoon)
				w.run()
				wantOrder(w.T, order, "before", "after")
				// The stack begins at the function that panicked.
				w.wantLog("level=ERROR", test.log, "TestPanicCostsOnlyItsOwner", "panic: broken", "reactor_test.broken(")
			})
		})
	}
}

//go:noinline
func broken() { panic("broken") }

// TestPanicInAJob is the pool's to log, on the reactor's logger.
func TestPanicInAJob(t *testing.T) {
	w := newWorld(t, reactor.Epoll)
	end := w.start()
	done := make(chan struct{})
	w.check(w.r.CallInThread(broken))
	w.check(w.r.CallInThread(func() { close(done) }))
	await(t, done, "a job behind one that panicked")
	w.stop(end)
	w.wantLog("panic: broken", "reactor_test.broken(")
}

// TestDefaultLogger is taken when it is needed, not when New is called.
func TestDefaultLogger(t *testing.T) {
	r := newReactor(t)
	log := captureDefaultLog(t)
	if err := r.CallFromThread(broken); err != nil {
		t.Fatal(err)
	}
	inTurns(r, 2, func() { _ = r.Stop() })
	run(t, r)
	(&world{T: t, log: log}).wantLog("panic: broken")
}
