//go:build unix

package reactor_test

import (
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/reactor"
)

// offLoopUses are all that belongs to the loop's goroutine, by the name of the
// method.
func offLoopUses(r *reactor.Reactor, d *end, t reactor.Trigger) map[string]func() {
	return map[string]func(){
		"AddReader":             func() { _ = r.AddReader(d) },
		"AddSystemEventTrigger": func() { r.AddSystemEventTrigger(reactor.After, reactor.Shutdown, noted(nothing)) },
		"AddWriter":             func() { _ = r.AddWriter(d) },
		"AfterFunc":             func() { r.AfterFunc(time.Hour, nothing) },
		"CallLater":             func() { r.CallLater(time.Hour, nothing) },
		"CallWhenRunning":       func() { r.CallWhenRunning(nothing) },
		"Close":                 func() { _ = r.Close() },
		"DelayedCalls":          func() { r.DelayedCalls() },
		"Readers":               func() { r.Readers() },
		"RemoveAll":             func() { r.RemoveAll() },
		"RemoveReader":          func() { r.RemoveReader(d) },
		"RemoveWriter":          func() { r.RemoveWriter(d) },
		"Stats":                 func() { r.Stats() },
		"Trigger.Remove":        func() { _ = t.Remove() },
		"Writers":               func() { r.Writers() },
	}
}

// anyGoroutineUses are those that any goroutine may call, at any time.
func anyGoroutineUses(r *reactor.Reactor) map[string]func() {
	return map[string]func(){
		"CallFromThread": func() { _ = r.CallFromThread(nothing) },
		"CallInThread":   func() { _ = r.CallInThread(nothing) },
		"Now":            func() { r.Now() },
		"OnLoop":         func() { r.OnLoop() },
		"React": func() {
			_, _ = reactor.React(background, r, func(*reactor.Reactor) *deferred.Deferred[int] { return nil })
		},
		"Run":        func() { _ = r.Run(background) },
		"Stop":       func() { _ = r.Stop() },
		"Stopped":    func() { r.Stopped() },
		"ThreadPool": func() { r.ThreadPool() },
	}
}

// offLoopChild makes one use of a reactor whose loop is idle, from another
// goroutine. The loop does nothing but wake up a moment later, by itself, so that
// nothing comes between the two.
func offLoopChild(name string) {
	r, err := reactor.New()
	if err != nil {
		panic(err)
	}
	d := &end{fd: 0}
	t := r.AddSystemEventTrigger(reactor.After, reactor.Shutdown, noted(nothing))
	up, ended := make(chan struct{}), make(chan error)
	r.CallWhenRunning(func() {
		r.CallLater(10*time.Millisecond, func() { _ = r.Stop() })
		close(up)
	})
	go func() { ended <- r.Run(background) }()
	<-up
	if use, ok := anyGoroutineUses(r)[name]; ok {
		use()
	} else {
		offLoopUses(r, d, t)[name]()
	}
	if err := <-ended; err != nil {
		panic(err)
	}
}
