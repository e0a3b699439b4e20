package chain_test

import (
	"errors"
	"fmt"
	"runtime"
	"testing"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
	"github.com/spindle-go/spindle/failure"
)

// TestRun runs something that ends in one way or another, inside a hand-over or
// after it. The lock is released, and the next gets it.
func TestRun(t *testing.T) {
	tests := []struct {
		name string
		f    func() *child
		end  func(d, work *child) // of what is pending
		want string
	}{
		{"value at once", func() *child { return deferred.Succeed(7) }, nil, "7"},
		{"failure at once", func() *child { return deferred.Fail[int](names[1]) }, nil, "E1"},
		{"panic", func() *child { panic("no") }, nil, "panic"},
		{"nil", func() *child { return nil }, nil, "panic"},
		{"value", unfired, func(_, work *child) { _ = work.Callback(8) }, "8"},
		{"failure", unfired, func(_, work *child) { _ = work.Errback(names[2]) }, "E2"},
		{"cancel", unfired, func(d, _ *child) { d.Cancel() }, "cancelled"},
		{"cancel that is answered", func() *child {
			return deferred.New(func(d *child) { _ = d.Callback(9) })
		}, func(d, _ *child) { d.Cancel() }, "9"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			deferredtest.CheckUnhandled(t)
			var got journal
			var work *child
			l := chain.NewLock()
			l.Acquire()
			d := chain.Run(l, func() *child {
				work = test.f()
				return work
			})
			d.AddBoth(func(v int, err error) (int, error) {
				got.add("result " + text(v, err))
				return 0, nil
			})
			l.Acquire().Tap(func(*chain.Lock) { got.add("next") })
			if work != nil {
				t.Error("it has begun before the lock was there")
			}
			release(t, l)
			if test.end != nil {
				got.want(t)
				test.end(d, work)
				got.want(t, "next", "result "+test.want)
				return
			}
			got.want(t, "result "+test.want, "next") // inside the hand-over
		})
	}
}

// TestRunAtOnce has a free lock, and somebody who waits for it when f returns.
func TestRunAtOnce(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	var got journal
	l := chain.NewLock()
	chain.Run(l, func() *child {
		l.Acquire().Tap(func(*chain.Lock) { got.add("next") })
		return deferred.Succeed(1)
	}).Tap(func(int) { got.add("result") })
	got.want(t, "next", "result")
}

func release(t *testing.T, l chain.Locker) {
	t.Helper()
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
}

// TestRunCancelledInLine never begins, and leaves nothing held.
func TestRunCancelledInLine(t *testing.T) {
	eachHeld(t, func(t *testing.T, h held) {
		h.acquire(func(error) {})
		d := chain.Run(h, func() *child {
			t.Error("it was called")
			return deferred.Succeed(1)
		})
		d.Cancel()
		if f := deferredtest.FailureOf(t, d); f.Check(deferred.ErrCancelled) == nil {
			t.Errorf("it failed with %v", f)
		}
		h.release(t)
		if h.locked() {
			t.Error("it holds the lock")
		}
	})
}

// TestRunPanicText has a nil Deferred, which names the rule that was broken.
func TestRunPanicText(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	f := deferredtest.FailureOf(t, chain.Run(chain.NewLock(), func() *child { return nil }))
	p, ok := errors.AsType[*failure.PanicError](f)
	if want := "chain: Run of a function that returned a nil Deferred"; !ok || p.Value != want {
		t.Errorf("it failed with %v, want a panic with %q", f, want)
	}
}

// TestRunGoexit ends the goroutine inside the function. The lock is released.
func TestRunGoexit(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	l := chain.NewLock()
	l.Acquire()
	d := chain.Run(l, func() *child {
		runtime.Goexit()
		return nil
	})
	apart(func() { _ = l.Release() })
	if l.Locked() {
		t.Error("the lock is still held")
	}
	if f := deferredtest.FailureOf(t, d); f.Check(deferred.ErrGoexit) == nil {
		t.Errorf("it failed with %v", f)
	}
}

// TestRunKeepsTheFailure wants the failure itself to come through.
func TestRunKeepsTheFailure(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	f := failure.New(names[3])
	if got := deferredtest.FailureOf(t, chain.Run(chain.NewLock(), func() *child { return deferred.Fail[int](f) })); got != f && !(debugged() && errors.Is(got, f)) {
		t.Errorf("it failed with %v, not with the same failure", got)
	}
}

// reluctant is a Locker that cannot be released.
type reluctant struct{ err error }

func (reluctant) Hold() *deferred.Deferred[struct{}] { return deferred.Succeed(struct{}{}) }
func (r reluctant) Release() error                   { return r.err }

func TestRunCannotRelease(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	broken := errors.New("broken")
	f := deferredtest.FailureOf(t, chain.Run(reluctant{broken}, func() *child { return deferred.Succeed(1) }))
	if f.Check(broken) == nil {
		t.Errorf("after a value it failed with %v", f)
	}
	f = deferredtest.FailureOf(t, chain.Run(reluctant{broken}, func() *child { return deferred.Fail[int](names[0]) }))
	if f.Check(broken) == nil || f.Check(names[0]) == nil {
		t.Errorf("after a failure it failed with %v", f)
	}
}

// TestRunHoldFails has a Locker whose Hold fails: there is nothing to release.
func TestRunHoldFails(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	l := &unavailable{}
	f := deferredtest.FailureOf(t, chain.Run(l, func() *child { return deferred.Succeed(1) }))
	if f.Check(names[4]) == nil || l.released {
		t.Errorf("it failed with %v, released %v", f, l.released)
	}
}

type unavailable struct{ released bool }

func (*unavailable) Hold() *deferred.Deferred[struct{}] {
	return deferred.Fail[struct{}](names[4])
}

func (l *unavailable) Release() error {
	l.released = true
	return nil
}

// TestRunLimits runs many under a semaphore and counts how many are under way.
func TestRunLimits(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	s := chain.NewSemaphore(3)
	var works []*child
	var got journal
	for i := range 10 {
		chain.Run(s, func() *child {
			works = append(works, deferred.New[int]())
			return works[i]
		}).Tap(func(v int) { got.add(fmt.Sprint(v)) })
	}
	for i := range 10 {
		if want := min(i+3, 10); len(works) != want {
			t.Fatalf("%d have begun when %d have ended, want %d", len(works), i, want)
		}
		callback(t, works[i], i)
	}
	got.want(t, "0", "1", "2", "3", "4", "5", "6", "7", "8", "9")
}

func unfired() *child { return deferred.New[int]() }
