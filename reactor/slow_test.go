//go:build unix

package reactor_test

import (
	"context"
	"log/slog"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/reactor"
)

const slow = time.Millisecond

// dawdle keeps the loop busy for longer than slow.
func dawdle() { block(2 * slow) }

// block keeps its goroutine for that long.
func block(d time.Duration) {
	for began := time.Now(); time.Since(began) < d; {
		runtime.Gosched()
	}
}

// TestSlowCallback names everything that blocks the loop, and nothing else.
func TestSlowCallback(t *testing.T) {
	const here = "reactor_test.dawdle (" // a function is named with its place
	tests := []struct {
		name string
		call func(w *world)
		by   string
		in   string
	}{
		{"thread call", func(w *world) { w.check(w.r.CallFromThread(dawdle)) }, `"thread call"`, here},
		{"delayed call", func(w *world) { w.r.CallLater(0, dawdle) }, `"delayed call"`, here},
		{"CallWhenRunning", func(w *world) { w.r.CallWhenRunning(dawdle) }, `"system event trigger"`, here},
		{"trigger", func(w *world) {
			w.r.AddSystemEventTrigger(reactor.Before, reactor.Startup, slowTrigger)
		}, `"system event trigger"`, "reactor_test.slowTrigger ("},
		{"DoRead", func(w *world) {
			a, b := w.pair()
			a.onRead = func() error { a.drain(); dawdle(); return nil }
			w.check(w.r.AddReader(a))
			b.send()
		}, "DoRead", "*reactor_test.end.DoRead"},
		{"DoWrite", func(w *world) {
			a, _ := w.pair()
			a.onWrite = func() error { dawdle(); w.r.RemoveWriter(a); return nil }
			w.check(w.r.AddWriter(a))
		}, "DoWrite", "*reactor_test.end.DoWrite"},
		{"ConnectionLost", func(w *world) {
			a, _ := w.pair()
			a.onLost = dawdle
			w.check(w.r.AddReader(a))
		}, "ConnectionLost", "*reactor_test.end.ConnectionLost"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			forEachPoller(t, func(w *world) {
				test.call(w)
				w.r.CallWhenRunning(func() { w.check(w.r.CallFromThread(w.stopSoon)) })
				w.run()
				log := w.log.take()
				for _, want := range []string{"level=WARN", "the loop was blocked", "by=" + test.by, test.in, "for="} {
					if !strings.Contains(log, want) {
						w.Errorf("the log does not say %q:\n%s", want, log)
					}
				}
			}, reactor.WithSlowCallback(slow))
		})
	}
}

func slowTrigger() held { dawdle(); return nil }

// TestSlowCallbackIsOff by default, and quiet about what is not slow.
func TestSlowCallbackIsOff(t *testing.T) {
	for name, opts := range map[string][]reactor.Option{
		"off":      nil,
		"not slow": {reactor.WithSlowCallback(time.Hour)},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, reactor.Epoll, opts...) // which fails if there is a log
			w.r.CallWhenRunning(dawdle)
			w.r.CallWhenRunning(w.stopSoon)
			w.run()
		})
	}
}

// TestBlockedCallback is told of while it lasts, once, with its stack, although
// nothing ends it but that very log.
func TestBlockedCallback(t *testing.T) {
	forEachPoller(t, func(w *world) {
		seen := make(chan string, 10)
		r := newReactor(w.T, reactor.WithPoller(w.kind), reactor.WithSlowCallback(slow),
			reactor.WithLogger(slog.New(tell(seen))))
		r.CallWhenRunning(func() {
			r.CallWhenRunning(nothing) // a quick call inside it must not hide it
			blockUntil(w.T, seen)
			block(3 * reactor.FinestWatch) // so that it could be told of again
			if err := r.Stop(); err != nil {
				w.Error(err)
			}
		})
		run(w.T, r)
		close(seen)
		var rest []string
		for log := range seen {
			rest = append(rest, log)
		}
		if len(rest) != 1 || !strings.HasPrefix(rest[0], "reactor: the loop was blocked") {
			w.Errorf("after that it was logged: %q", rest)
		}
	})
}

// TestBlockedCoroutine is found by the stack of the coroutine, among others that
// wait.
func TestBlockedCoroutine(t *testing.T) {
	seen := make(chan string, 10)
	r := newReactor(t, reactor.WithSlowCallback(slow), reactor.WithLogger(slog.New(tell(seen))))
	r.CallWhenRunning(func() {
		chain.Async(func(co *chain.Co) (int, error) { return chain.Await(co, deferred.New[int]()) })
		chain.Async(func(*chain.Co) (int, error) {
			blockUntil(t, seen)
			return 0, r.Stop()
		})
	})
	run(t, r)
}

// TestIdleLoopIsNotBlocked has the watchdog look at a loop that sleeps.
func TestIdleLoopIsNotBlocked(t *testing.T) {
	w := newWorld(t, reactor.Epoll, reactor.WithSlowCallback(slow))
	w.r.CallLater(0, nothing)
	w.r.CallLater(5*reactor.FinestWatch, func() { w.check(w.r.Stop()) })
	w.run()
	// On a busy machine a callback may have been slow in truth.
	if log := w.log.take(); strings.Contains(log, "poller.(*Poller).Wait(") {
		t.Errorf("the watchdog took sleep for a callback:\n%s", log)
	}
}

// blockUntil waits, on the loop, for the log that tells of just that.
func blockUntil(t *testing.T, seen <-chan string) {
	log := await(t, seen, "the watchdog")
	for _, want := range []string{"reactor: the loop is blocked", "reactor_test.blockUntil(", "slow_test.go"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log does not say %q:\n%s", want, log)
		}
	}
}

// tell is a slog.Handler that sends what it is given.
type tell chan<- string

func (c tell) Enabled(context.Context, slog.Level) bool { return true }

func (c tell) Handle(_ context.Context, r slog.Record) error {
	text := r.Message
	r.Attrs(func(a slog.Attr) bool { text += "\n" + a.String(); return true })
	c <- text
	return nil
}

func (c tell) WithAttrs([]slog.Attr) slog.Handler { return c }
func (c tell) WithGroup(string) slog.Handler      { return c }
