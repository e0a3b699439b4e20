package reactor

import (
	"context"
	"errors"
	"fmt"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// React runs r, calls main when it runs, and stops r when main's Deferred has
// fired. It returns what that fired with; a failure is a *failure.Failure. It is
// Twisted's task.react, without the exit of the process.
//
// If r is stopped earlier, by ctx, a signal or Stop, main's Deferred is cancelled
// in the Before phase of shutdown, and shutdown waits for what comes of that. A
// success still counts then; a failure is joined with the cause of ctx's end. If
// main was not called at all, because a trigger of startup stopped r, the answer
// is ErrStopped.
//
// A panic in main is a failure, a nil Deferred is ErrNilDeferred. r must not be
// running: ErrAlreadyRunning. Other errors are those of Run. A nil main panics.
// The calling goroutine becomes the loop's until React returns.
func React[T any](ctx context.Context, r *Reactor, main func(*Reactor) *deferred.Deferred[T]) (T, error) {
	if main == nil {
		panic("reactor: React with a nil function")
	}
	if r.lifeNow() != idle {
		return *new(T), ErrAlreadyRunning
	}
	r.own()
	m := &program[T]{r: r, main: main}
	start := r.addTrigger(&entry{event: Startup, phase: After, hook: m.start, of: main})
	cancel := r.addTrigger(&entry{event: Shutdown, phase: Before, f: m.cancel, of: main})
	defer func() {
		// Both are spent, unless the run ended before its time.
		_ = start.Remove()
		_ = cancel.Remove()
	}()
	return m.outcome(ctx, r.Run(ctx))
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
func (m *program[T]) start() {
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
}

// cancel is called when the reactor is about to shut down.
func (m *program[T]) cancel() *deferred.Deferred[struct{}] {
	if m.d == nil {
		return nil
	}
	m.d.Cancel()
	return m.ended
}

// outcome is what React returns when Run has returned ran.
func (m *program[T]) outcome(ctx context.Context, ran error) (T, error) {
	switch {
	case !m.fired && ran == nil:
		return *new(T), failure.At(ErrStopped, 0) // before main was called
	case !m.fired:
		return *new(T), ran
	case m.fail == nil && ctx.Err() != nil && errors.Is(ran, context.Cause(ctx)):
		return m.value, nil
	case m.fail == nil:
		return m.value, ran
	case ran == nil:
		return *new(T), m.fail
	default:
		return *new(T), fmt.Errorf("%w (%w)", m.fail, ran)
	}
}
