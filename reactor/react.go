package reactor

import (
	"context"
	"fmt"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// React runs r, calls main when it runs, and stops r when main's Deferred has
// fired. It returns what that fired with. If r is stopped earlier, by ctx, a signal
// or Stop, main's Deferred is cancelled, and shutdown waits for what comes of
// that; a success still counts, and a failure is joined with the cause of ctx's
// end. A panic in main is a failure. It is Twisted's task.react, without the exit.
//
// r must not be running: ErrAlreadyRunning. The calling goroutine becomes the
// loop's until React returns.
func React[T any](ctx context.Context, r *Reactor, main func(*Reactor) *deferred.Deferred[T]) (T, error) {
	if r.lifeNow() != idle {
		return *new(T), ErrAlreadyRunning
	}
	m := &program[T]{r: r, main: main}
	start := r.AddSystemEventTrigger(After, Startup, m.start)
	cancel := r.AddSystemEventTrigger(Before, Shutdown, m.cancel)
	err := r.Run(ctx)
	for _, t := range []Trigger{start, cancel} {
		_ = t.Remove() // both are spent, unless the run ended before its time
	}
	switch {
	case !m.fired && err == nil:
		err = failure.At(ErrStopped, 0) // before main was called
	case !m.fired:
	case m.fail == nil:
		return m.value, nil
	case err == nil:
		err = m.fail
	default:
		err = fmt.Errorf("%w (%w)", m.fail, err)
	}
	return *new(T), err
}

// program is the main function of a React.
type program[T any] struct {
	r     *Reactor
	main  func(*Reactor) *deferred.Deferred[T]
	d     *deferred.Deferred[T]
	ended *deferred.Deferred[struct{}]

	fired bool
	value T
	fail  error
}

// start calls main.
func (m *program[T]) start() *deferred.Deferred[struct{}] {
	m.ended = deferred.New[struct{}]()
	m.d = deferred.Maybe(func() (T, error) {
		d := m.main(m.r)
		if d == nil {
			return *new(T), ErrNilDeferred
		}
		return d.Chain()
	})
	m.d.AddBoth(func(v T, err error) (T, error) {
		m.fired, m.value, m.fail = true, v, err
		_ = m.r.Stop() // it may be stopping already
		_ = m.ended.Callback(struct{}{})
		return v, nil
	})
	return nil
}

// cancel is called when the reactor is about to shut down.
func (m *program[T]) cancel() *deferred.Deferred[struct{}] {
	if m.d == nil {
		return nil
	}
	m.d.Cancel()
	return m.ended
}
