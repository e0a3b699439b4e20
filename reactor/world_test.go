//go:build unix

package reactor_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/spindle-go/spindle/reactor"
)

var background = context.Background()

// patience is how long a test waits for what must come.
const patience = 30 * time.Second

var errTooLong = errors.New("the reactor should have stopped long ago")

// world is one reactor and what it logs. A log that the test has not asked about
// at the end fails it.
type world struct {
	*testing.T
	kind reactor.Poller
	r    *reactor.Reactor
	log  *journal
}

// forEachPoller runs a test once on each poller of this platform.
func forEachPoller(t *testing.T, test func(w *world), opts ...reactor.Option) {
	t.Helper()
	for _, kind := range pollers(t) {
		t.Run(kind.String(), func(t *testing.T) { test(newWorld(t, kind, opts...)) })
	}
}

// pollers returns those of this platform: all three on Linux, two elsewhere.
func pollers(t testing.TB) (kinds []reactor.Poller) {
	t.Helper()
	for _, kind := range []reactor.Poller{reactor.Epoll, reactor.Poll, reactor.Select} {
		_, err := reactor.New(reactor.WithPoller(kind))
		if errors.Is(err, reactor.ErrUnsupported) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		kinds = append(kinds, kind)
	}
	return kinds
}

func newWorld(t *testing.T, kind reactor.Poller, opts ...reactor.Option) *world {
	t.Helper()
	w := &world{T: t, kind: kind, log: &journal{}}
	w.r = newReactor(t, append([]reactor.Option{reactor.WithPoller(kind), reactor.WithLogger(w.log.logger())}, opts...)...)
	t.Cleanup(func() {
		if rest := w.log.take(); rest != "" {
			t.Errorf("nobody expected this log:\n%s", rest)
		}
	})
	return w
}

func newReactor(t testing.TB, opts ...reactor.Option) *reactor.Reactor {
	t.Helper()
	r, err := reactor.New(opts...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// run runs the reactor on this goroutine until something in it calls Stop.
func (w *world) run() {
	w.Helper()
	run(w.T, w.r)
}

func run(t testing.TB, r *reactor.Reactor) {
	t.Helper()
	if err := r.Run(within(t)); err != nil {
		t.Fatal(err)
	}
}

// start runs the reactor on a goroutine of its own, and returns when it runs. The
// end is what Run returns.
func (w *world) start() (end <-chan error) {
	w.Helper()
	up, ended := make(chan struct{}), make(chan error, 1)
	w.r.CallWhenRunning(func() { close(up) })
	go func() { ended <- w.r.Run(within(w.T)) }()
	await(w.T, up, "the reactor to run")
	return ended
}

// stop ends what start began.
func (w *world) stop(end <-chan error) {
	w.Helper()
	w.check(w.r.Stop())
	w.check(await(w.T, end, "Run to return"))
}

// on calls f on the loop, from another goroutine, and waits for it.
func (w *world) on(f func()) {
	w.Helper()
	done := make(chan struct{})
	w.check(w.r.CallFromThread(func() { defer close(done); f() }))
	await(w.T, done, "a call on the loop")
}

func (w *world) check(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// checkIs fails unless err is the target.
func (w *world) checkIs(err, target error) {
	w.Helper()
	if !errors.Is(err, target) {
		w.Fatalf("got error %v, want %v", err, target)
	}
}

// wantLog takes the log, and fails unless all parts are in it.
func (w *world) wantLog(parts ...string) {
	w.Helper()
	got := w.log.take()
	for _, part := range parts {
		if !strings.Contains(got, part) {
			w.Errorf("the log does not say %q:\n%s", part, got)
		}
	}
}

// within returns a context that ends the test's wait for what should have come.
func within(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeoutCause(background, patience, errTooLong)
	t.Cleanup(cancel)
	return ctx
}

// await returns what comes out of c, and fails the test if that takes too long.
func await[T any](t testing.TB, c <-chan T, what string) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-within(t).Done():
		t.Fatalf("timed out waiting for %s", what)
	}
	return v
}

// journal is a log that a test can read.
type journal struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.Write(p)
}

// take returns what was logged since the last time.
func (j *journal) take() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	defer j.buf.Reset()
	return j.buf.String()
}

func (j *journal) logger() *slog.Logger { return slog.New(slog.NewTextHandler(j, nil)) }

func nothing() {}

// captureDefaultLog has what goes to slog's default logger go to a journal, until
// the test ends.
func captureDefaultLog(t *testing.T) *journal {
	t.Helper()
	log, before := &journal{}, slog.Default()
	slog.SetDefault(log.logger())
	t.Cleanup(func() { slog.SetDefault(before) })
	return log
}
