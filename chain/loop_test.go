package chain_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"
)

// loop is a Caller whose goroutine is that of the test.
type loop struct {
	mu      sync.Mutex // calls come from other goroutines
	calls   []func()
	posted  chan struct{} // has room for one
	stopped bool
}

func newLoop() *loop { return &loop{posted: make(chan struct{}, 1)} }

var errStopped = errors.New("the loop has stopped")

func (l *loop) CallFromThread(f func()) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.posted != nil {
		select {
		case l.posted <- struct{}{}:
		default:
		}
	}
	if l.stopped {
		return errStopped
	}
	l.calls = append(l.calls, f)
	return nil
}

func (l *loop) stop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stopped = true
}

// turn waits until something was posted and calls it.
func (l *loop) turn(t *testing.T) {
	t.Helper()
	l.wait(t)
	l.mu.Lock()
	calls := l.calls
	l.calls = nil
	l.mu.Unlock()
	for _, f := range calls {
		f()
	}
}

// wait waits until something was posted, or was refused.
func (l *loop) wait(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	select {
	case <-l.posted:
	case <-ctx.Done():
		t.Fatal("nothing has come from another goroutine")
	}
}

// idle reports whether nothing was posted.
func (l *loop) idle() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.calls) == 0
}
