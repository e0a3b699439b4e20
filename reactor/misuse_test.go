//go:build unix

package reactor_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/reactor"
)

// TestWrongUsePanics is about mistakes that only the program's text can mend. The
// panic says which rule was broken.
func TestWrongUsePanics(t *testing.T) {
	tests := []struct {
		name string
		use  func(r *reactor.Reactor)
		text string
	}{
		{"a negative delay", func(r *reactor.Reactor) { r.CallLater(-1, nothing) }, "negative delay: -1ns"},
		{"a negative delay of AfterFunc", func(r *reactor.Reactor) { r.AfterFunc(-2, nothing) }, "negative delay: -2ns"},
		{"a delayed call of nil", func(r *reactor.Reactor) { r.CallLater(0, nil) }, "CallLater with a nil function"},
		{"a thread call of nil", func(r *reactor.Reactor) { _ = r.CallFromThread(nil) }, "CallFromThread with a nil function"},
		{"a job of nil", func(r *reactor.Reactor) { _ = r.CallInThread(nil) }, "CallInThread with a nil function"},
		{"a hook of nil", func(r *reactor.Reactor) { r.CallWhenRunning(nil) }, "CallWhenRunning with a nil function"},
		{"a trigger of nil", func(r *reactor.Reactor) { r.AddSystemEventTrigger(reactor.Before, reactor.Startup, nil) }, "AddSystemEventTrigger with a nil function"},
		{"no such phase", func(r *reactor.Reactor) { r.AddSystemEventTrigger(3, reactor.Startup, noted(nothing)) }, "phase 3"},
		{"no such event", func(r *reactor.Reactor) { r.AddSystemEventTrigger(reactor.Before, 2, noted(nothing)) }, "event 2"},
		{"a reader of nil", func(r *reactor.Reactor) { _ = r.AddReader(nil) }, "AddReader of a nil descriptor"},
		{"a writer of nil", func(r *reactor.Reactor) { _ = r.AddWriter(nil) }, "AddWriter of a nil descriptor"},
		{"removing a reader of nil", func(r *reactor.Reactor) { r.RemoveReader(nil) }, "RemoveReader of a nil descriptor"},
		{"removing a writer of nil", func(r *reactor.Reactor) { r.RemoveWriter(nil) }, "RemoveWriter of a nil descriptor"},
		{"a descriptor without ==", func(r *reactor.Reactor) { _ = r.AddReader(incomparable{}) }, "told apart with =="},
		{"a React of nil", func(r *reactor.Reactor) { _, _ = reactor.React[int](background, r, nil) }, "React with a nil function"},
		{"installing nil", func(*reactor.Reactor) { _ = reactor.Install(nil) }, "Install of a nil reactor"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := newReactor(t)
			defer func() {
				if got := fmt.Sprint(recover()); !strings.Contains(got, test.text) || !strings.HasPrefix(got, "reactor: ") {
					t.Errorf("panic %q, want one that says %q", got, test.text)
				}
			}()
			test.use(r)
		})
	}
}

// incomparable is a descriptor that == panics on.
type incomparable struct{ _ []byte }

func (incomparable) FD() int                         { return 0 }
func (incomparable) DoRead() error                   { return nil }
func (incomparable) ConnectionLost(*failure.Failure) {}

// TestWrongUseAnswers is about what can come about by chance, and so gets an
// error.
func TestWrongUseAnswers(t *testing.T) {
	forEachPoller(t, func(w *world) {
		w.checkIs(w.r.Stop(), reactor.ErrNotRunning)
		w.r.CallWhenRunning(func() {
			w.checkIs(w.r.Run(background), reactor.ErrAlreadyRunning)
			w.checkIs(w.r.Close(), reactor.ErrAlreadyRunning)
			_, err := reactor.React(background, w.r, func(*reactor.Reactor) *deferred.Deferred[int] {
				w.Error("main was called by a reactor that runs already")
				return nil
			})
			w.checkIs(err, reactor.ErrAlreadyRunning)
			other := make(chan error, 1)
			go func() { other <- w.r.Run(background) }()
			w.checkIs(await(w.T, other, "Run on another goroutine"), reactor.ErrAlreadyRunning)
			w.check(w.r.Stop())
			w.checkIs(w.r.Stop(), reactor.ErrNotRunning)
		})
		w.r.AddSystemEventTrigger(reactor.After, reactor.Shutdown, noted(func() {
			w.checkIs(w.r.Stop(), reactor.ErrNotRunning)
			w.check(w.r.CallFromThread(nothing))
		}))
		w.run()
		w.checkIs(w.r.Stop(), reactor.ErrNotRunning)
		w.checkIs(w.r.CallFromThread(nothing), reactor.ErrStopped)
	})
}

func TestUnknownPoller(t *testing.T) {
	_, err := reactor.New(reactor.WithPoller(99))
	if w := (&world{T: t}); err == nil {
		t.Error("there is no such poller")
	} else {
		w.checkIs(err, reactor.ErrUnsupported)
	}
}
