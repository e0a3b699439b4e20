package chain_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
)

var errCause = errors.New("the cause")

// ends are contexts, what ends them, and what errors.Is is to find then.
func ends() []endingContext {
	cause := func() (context.Context, func()) {
		ctx, cancel := context.WithCancelCause(context.Background())
		return ctx, func() { cancel(errCause) }
	}
	plain := func() (context.Context, func()) {
		ctx, cancel := context.WithCancel(context.Background())
		return ctx, cancel
	}
	overdue := func() (context.Context, func()) {
		ctx, cancel := context.WithDeadline(context.Background(), time.Unix(0, 0))
		return ctx, cancel
	}
	overdueCause := func() (context.Context, func()) {
		ctx, cancel := context.WithDeadlineCause(context.Background(), time.Unix(0, 0), errCause)
		return ctx, cancel
	}
	return []endingContext{
		{"cancel", plain, context.Canceled, []error{deferred.ErrCancelled, context.Canceled}, []error{deferred.ErrTimeout, context.DeadlineExceeded}},
		{"cancel with a cause", cause, errCause, []error{deferred.ErrCancelled, context.Canceled, errCause}, []error{deferred.ErrTimeout, context.DeadlineExceeded}},
		{"deadline", overdue, context.DeadlineExceeded, []error{deferred.ErrTimeout, context.DeadlineExceeded}, []error{deferred.ErrCancelled, context.Canceled}},
		{"deadline with a cause", overdueCause, errCause, []error{deferred.ErrTimeout, context.DeadlineExceeded, errCause}, []error{deferred.ErrCancelled, context.Canceled}},
	}
}

type endingContext struct {
	name    string
	make    func() (ctx context.Context, end func())
	cause   error
	is      []error
	isNever []error
}

func TestFromContext(t *testing.T) {
	for _, test := range ends() {
		t.Run(test.name, func(t *testing.T) {
			deferredtest.CheckUnhandled(t)
			ctx, end := test.make()
			defer end()
			l := newLoop()
			d := chain.FromContext(ctx, l)
			if ctx.Err() == nil {
				deferredtest.NoResult(t, d)
				end()
				l.turn(t)
			}
			if f := deferredtest.FailureOf(t, d); f.Unwrap() != test.cause { //nolint:errorlint // the very error is meant
				t.Errorf("it failed with %v, want %v", f, test.cause)
			}
		})
	}
}

func TestFromContextCancel(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	ctx, end := context.WithCancel(context.Background())
	l := newLoop()
	d, late := chain.FromContext(ctx, l), chain.FromContext(ctx, l)
	d.Cancel()
	if f := deferredtest.FailureOf(t, d); f.Check(deferred.ErrCancelled) == nil {
		t.Errorf("it failed with %v", f)
	}
	end()
	l.wait(t)
	late.Cancel() // the end is on its way
	l.posted <- struct{}{}
	l.turn(t)
	if f := deferredtest.FailureOf(t, late); f.Check(deferred.ErrCancelled) == nil {
		t.Errorf("the other failed with %v", f)
	}
}

func TestWithContext(t *testing.T) {
	for _, test := range ends() {
		t.Run(test.name, func(t *testing.T) {
			deferredtest.CheckUnhandled(t)
			ctx, end := test.make()
			defer end()
			l := newLoop()
			var got journal
			d := cancellable(&got, 0, nil)
			if chain.WithContext(ctx, l, d) != d {
				t.Error("it returns another Deferred")
			}
			if ctx.Err() == nil {
				got.want(t)
				end()
				l.turn(t)
			}
			got.want(t, "canceller 0")
			f := deferredtest.FailureOf(t, d)
			for _, err := range test.is {
				if !errors.Is(f, err) {
					t.Errorf("%v is not %v", f, err)
				}
			}
			for _, err := range test.isNever {
				if errors.Is(f, err) {
					t.Errorf("%v is %v", f, err)
				}
			}
			if want := "chain: context ended: " + test.cause.Error(); f.Error() != want {
				t.Errorf("text %q, want %q", f.Error(), want)
			}
		})
	}
}

// TestWithContextLeaves has results that are not to be touched.
func TestWithContextLeaves(t *testing.T) {
	tests := []struct {
		name string
		run  func(d *child, end func(), l *loop)
		want string
	}{
		{"a value", func(d *child, _ func(), _ *loop) { _ = d.Callback(3) }, "3"},
		{"a failure", func(d *child, _ func(), _ *loop) { _ = d.Errback(names[1]) }, "E1"},
		{"a value before the end", func(d *child, end func(), _ *loop) { _ = d.Callback(3); end() }, "3"},
		{"a cancel by another", func(d *child, _ func(), _ *loop) { d.Cancel() }, "cancelled"},
		{"a value of a canceller", func(_ *child, end func(), l *loop) { end(); l.turn(t) }, "8"},
		{"a value while the end is on its way", func(d *child, end func(), l *loop) {
			end()
			l.wait(t)
			_ = d.Callback(3)
			l.posted <- struct{}{}
			l.turn(t)
		}, "3"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			deferredtest.CheckUnhandled(t)
			ctx, end := context.WithCancel(context.Background())
			defer end()
			l := newLoop()
			d := deferred.New(func(d *child) {
				if ctx.Err() != nil {
					_ = d.Callback(8)
				}
			})
			chain.WithContext(ctx, l, d)
			test.run(d, end, l)
			var got journal
			d.AddBoth(func(v int, err error) (int, error) {
				got.add(text(v, err))
				if errors.Is(err, errCause) {
					t.Error("it has the cause of the context")
				}
				return 0, nil
			})
			got.want(t, test.want)
		})
	}
}

// TestWithContextScope cancels what was added before, and not what comes after.
func TestWithContextScope(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	ctx, end := context.WithCancelCause(context.Background())
	l := newLoop()
	inner, later := deferred.New[int](), deferred.New[int]()
	d := deferred.Succeed(0).AddCallback(func(int) (int, error) { return inner.Chain() })
	chain.WithContext(ctx, l, d).Catch(ignore).AddCallback(func(int) (int, error) { return later.Chain() })
	end(errCause)
	l.turn(t)
	if !inner.Called() || later.Called() {
		t.Errorf("the one before was cancelled: %v, the one after: %v", inner.Called(), later.Called())
	}
	callback(t, later, 5)
	if got := deferredtest.SuccessOf(t, d); got != 5 {
		t.Errorf("it gives %d", got)
	}
}

// TestWithContextOfFired leaves a Deferred alone that has passed, though ctx has
// ended.
func TestWithContextOfFired(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	ctx, end := context.WithCancel(context.Background())
	d := chain.WithContext(ctx, newLoop(), deferred.Succeed(4))
	end()
	if got := deferredtest.SuccessOf(t, d); got != 4 {
		t.Errorf("it gives %d", got)
	}
}

// TestContextLoopStopped ends a context when nobody is there to hear of it.
func TestContextLoopStopped(t *testing.T) {
	ctx, end := context.WithCancel(context.Background())
	l := newLoop()
	d := chain.WithContext(ctx, l, deferred.New[int]())
	l.stop()
	end()
	l.wait(t)
	deferredtest.NoResult(t, d)
}

func TestToContext(t *testing.T) {
	tests := []struct {
		name string
		end  func(d *child, parent context.CancelCauseFunc)
		want error
	}{
		{"value", func(d *child, _ context.CancelCauseFunc) { _ = d.Callback(1) }, context.Canceled},
		{"failure", func(d *child, _ context.CancelCauseFunc) { _ = d.Errback(names[2]) }, names[2]},
		{"cancel", func(d *child, _ context.CancelCauseFunc) { d.Cancel() }, deferred.ErrCancelled},
		{"parent", func(_ *child, parent context.CancelCauseFunc) { parent(errCause) }, errCause},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			deferredtest.CheckUnhandled(t)
			parent, end := context.WithCancelCause(context.Background())
			defer end(nil)
			d := deferred.New[int]()
			ctx := chain.ToContext(parent, d)
			if ctx.Err() != nil {
				t.Fatal("it has ended already")
			}
			test.end(d, end)
			if err := context.Cause(ctx); !errors.Is(err, test.want) {
				t.Errorf("the cause is %v, want %v", err, test.want)
			}
			d.Catch(ignore)
		})
	}
}

// TestToContextUnhandled does not count as handling a failure.
func TestToContextUnhandled(t *testing.T) {
	reports := collectUnhandled(t)
	chain.ToContext(context.Background(), deferred.Fail[int](names[0]))
	left := reports()
	left.want(t, "E0")
}
