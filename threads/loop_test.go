package threads_test

import (
	"bytes"
	"errors"
	"runtime"
	"sync"
	"testing"

	"github.com/spindle-go/spindle/threads"
)

var errNoLoop = errors.New("the loop is not running")

// loop is the least that a loop can be: a goroutine that calls what it is given.
type loop struct {
	pool *threads.Pool

	mu      sync.Mutex
	queue   []func()
	closing bool
	more    chan struct{} // room for one: the queue has something, or closing
	id      string        // of the loop's goroutine
	ended   chan struct{}
}

// startLoop returns a running loop, with a running pool, that ends with the test.
func startLoop(t *testing.T, max int, opts ...threads.PoolOption) *loop {
	t.Helper()
	l := newLoop()
	l.pool = threads.NewPool(0, max, opts...)
	start(t, l.pool)
	l.start()
	t.Cleanup(func() {
		stop(t, l.pool)
		l.stop()
	})
	return l
}

func newLoop() *loop {
	return &loop{more: make(chan struct{}, 1), ended: make(chan struct{})}
}

func (l *loop) ThreadPool() *threads.Pool { return l.pool }

func (l *loop) CallFromThread(f func()) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closing {
		return errNoLoop
	}
	l.queue = append(l.queue, f)
	l.poke()
	return nil
}

func (l *loop) OnLoop() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.id == goroutineID()
}

func (l *loop) Stopped() <-chan struct{} { return l.ended }

func (l *loop) poke() {
	select {
	case l.more <- struct{}{}:
	default:
	}
}

func (l *loop) start() {
	go func() {
		defer close(l.ended)
		l.mu.Lock()
		l.id = goroutineID()
		l.mu.Unlock()
		for l.turn() {
			<-l.more
		}
	}()
}

// turn calls what is queued, and reports whether there may be more.
func (l *loop) turn() bool {
	l.mu.Lock()
	calls := l.queue
	l.queue = nil
	closing := l.closing
	l.mu.Unlock()
	for _, f := range calls {
		f()
	}
	return !closing
}

// stop ends the loop after what is queued now.
func (l *loop) stop() {
	l.mu.Lock()
	l.closing = true
	l.mu.Unlock()
	l.poke()
	<-l.ended
}

// on calls f on the loop and waits for it.
func (l *loop) on(t *testing.T, f func()) {
	t.Helper()
	done := make(chan struct{})
	if err := l.CallFromThread(func() { defer close(done); f() }); err != nil {
		t.Fatalf("CallFromThread: %v", err)
	}
	wait(t, done, "a call on the loop")
}

// bare hides the methods that a Caller need not have.
type bare struct{ l *loop }

func (b bare) CallFromThread(f func()) error { return b.l.CallFromThread(f) }

// inbox is a Caller whose loop is the test itself, which takes the calls out.
type inbox chan func()

func (c inbox) CallFromThread(f func()) error { c <- f; return nil }

// direct is a Caller that calls at once, as a loop that has stopped right after.
type direct struct{}

func (direct) CallFromThread(f func()) error { f(); return nil }

func (direct) Stopped() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}

// goroutineID is the number in the first line of the goroutine's stack.
func goroutineID() string {
	var buf [64]byte
	fields := bytes.Fields(buf[:runtime.Stack(buf[:], false)])
	return string(fields[1])
}
