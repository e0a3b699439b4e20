package threads_test

import (
	"bytes"
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/spindle-go/spindle/threads"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long an event may take that is due at once.
const patience = 30 * time.Second

// wait fails the test if c is not closed, and has nothing to receive, in time.
func wait[T any](t *testing.T, c <-chan T, what string) (v T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	select {
	case v = <-c:
	case <-ctx.Done():
		t.Fatalf("timed out waiting for %s", what)
	}
	return v
}

// startPool returns a running Pool that is stopped at the end of the test, when
// it must have nothing left to do.
func startPool(t *testing.T, min, max int, opts ...threads.PoolOption) *threads.Pool {
	t.Helper()
	p := threads.NewPool(min, max, opts...)
	start(t, p)
	t.Cleanup(func() { stop(t, p) })
	return p
}

func start(t *testing.T, p *threads.Pool) {
	t.Helper()
	if err := p.Start(); err != nil {
		t.Fatalf("Start: %v", err)
	}
}

func stop(t *testing.T, p *threads.Pool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := p.Stop(ctx); err != nil {
		t.Errorf("Stop: %v", err)
	}
}

func submit(t *testing.T, p *threads.Pool, f func()) {
	t.Helper()
	if err := p.Submit(f); err != nil {
		t.Fatalf("Submit: %v", err)
	}
}

// occupy gives p n jobs that run until release is called, and waits until they
// do. It may be called any number of times.
func occupy(t *testing.T, p *threads.Pool, n int) (release func()) {
	t.Helper()
	gate := make(chan struct{})
	begun := make(chan struct{}, n)
	for range n {
		submit(t, p, func() {
			begun <- struct{}{}
			<-gate
		})
	}
	for range n {
		wait(t, begun, "a job to begin")
	}
	release = sync.OnceFunc(func() { close(gate) })
	t.Cleanup(release)
	return release
}

// flush waits until p, with one worker at most, has run all that it was given.
func flush(t *testing.T, p *threads.Pool) {
	t.Helper()
	done := make(chan struct{})
	submit(t, p, func() { close(done) })
	wait(t, done, "the queue to be worked off")
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

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.String()
}

func (j *journal) logger() *slog.Logger { return slog.New(slog.NewTextHandler(j, nil)) }
