package chain_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
)

// held is a Lock, or a Semaphore with one token, which behave alike.
type held struct {
	chain.Locker
	locked  func() bool
	acquire func(seen func(error)) deferred.Canceller // seen is called when it fires
}

// eachHeld runs a test on a lock and on a semaphore, also on their zero values.
func eachHeld(t *testing.T, test func(t *testing.T, h held)) {
	ofLock := func(l *chain.Lock) held {
		return held{l, l.Locked, func(seen func(error)) deferred.Canceller { return watched(l.Acquire(), seen) }}
	}
	ofSemaphore := func(s *chain.Semaphore) held {
		return held{s, s.Locked, func(seen func(error)) deferred.Canceller { return watched(s.Acquire(), seen) }}
	}
	for name, h := range map[string]held{
		"lock":           ofLock(chain.NewLock()),
		"zero lock":      ofLock(new(chain.Lock)),
		"semaphore":      ofSemaphore(chain.NewSemaphore(1)),
		"zero semaphore": ofSemaphore(new(chain.Semaphore)),
	} {
		t.Run(name, func(t *testing.T) {
			deferredtest.CheckUnhandled(t)
			test(t, h)
		})
	}
}

// acquires n times, and notes the number of each that fires.
func (h held) acquires(j *journal, n int) (all []deferred.Canceller) {
	for i := range n {
		all = append(all, h.acquire(func(err error) { j.add(fmt.Sprint(i, " ", text(0, err))) }))
	}
	return all
}

// release must succeed.
func (h held) release(t *testing.T) {
	t.Helper()
	if err := h.Release(); err != nil {
		t.Fatal(err)
	}
}

func TestHoldInTurn(t *testing.T) {
	eachHeld(t, func(t *testing.T, h held) {
		var got journal
		if h.locked() {
			t.Error("it is locked, and nobody has acquired it")
		}
		h.acquires(&got, 3)
		got.want(t, "0 0")
		h.release(t)
		h.release(t)
		got.want(t, "0 0", "1 0", "2 0")
		if !h.locked() {
			t.Error("it is held, and not locked")
		}
		h.release(t)
		if h.locked() {
			t.Error("it was released as often as acquired, and is locked")
		}
		if err := h.Release(); !errors.Is(err, chain.ErrNotHeld) {
			t.Errorf("a release too many answers %v", err)
		}
		h.acquires(&got, 1)
		got.want(t, "0 0", "1 0", "2 0", "0 0")
	})
}

// TestHandOverIsNeverUnlocked looks from inside the callbacks of a hand-over.
func TestHandOverIsNeverUnlocked(t *testing.T) {
	eachHeld(t, func(t *testing.T, h held) {
		var got journal
		h.acquire(func(error) {})
		h.acquire(func(error) { got.add(fmt.Sprint("one, locked ", h.locked())) })
		h.release(t)
		got.add("released")
		got.want(t, "one, locked true", "released")
	})
}

// TestReleaseInsideHandOver releases from inside the callbacks of a hand-over:
// the next waits until those have returned, and meanwhile nobody gets ahead.
func TestReleaseInsideHandOver(t *testing.T) {
	eachHeld(t, func(t *testing.T, h held) {
		var got journal
		h.acquire(func(error) {})
		h.acquire(func(error) {
			got.add("one")
			h.release(t)
			got.add(fmt.Sprint("one has released, locked ", h.locked()))
			if err := h.Release(); !errors.Is(err, chain.ErrNotHeld) {
				t.Errorf("a second release answers %v", err)
			}
			h.acquire(func(error) { got.add("one again") })
		})
		h.acquire(func(error) { got.add("two"); h.release(t) })
		h.release(t)
		got.add("released")
		got.want(t, "one", "one has released, locked true", "two", "one again", "released")
	})
}

// TestCancelBetween cancels the next while the lock is on its way: the one after
// gets it, and when there is none it is free.
func TestCancelBetween(t *testing.T) {
	eachHeld(t, func(t *testing.T, h held) {
		var got journal
		var next, last deferred.Canceller
		h.acquire(func(error) {})
		h.acquire(func(error) { h.release(t); next.Cancel() })
		next = h.acquire(func(err error) { got.add("next " + text(0, err)) })
		h.acquire(func(error) { got.add("after"); h.release(t); last.Cancel(); got.add(fmt.Sprint("locked ", h.locked())) })
		last = h.acquire(func(err error) { got.add("last " + text(0, err)) })
		h.release(t)
		got.want(t, "next cancelled", "after", "last cancelled", "locked false")
	})
}

func TestCancelHold(t *testing.T) {
	tests := []struct {
		name   string
		cancel []int
		want   []string // after two releases
	}{
		{"first that waits", []int{1}, []string{"0 0", "1 cancelled", "2 0", "3 0"}},
		{"in the middle", []int{2}, []string{"0 0", "2 cancelled", "1 0", "3 0"}},
		{"last", []int{3}, []string{"0 0", "3 cancelled", "1 0", "2 0"}},
		{"all that wait", []int{2, 3, 1}, []string{"0 0", "2 cancelled", "3 cancelled", "1 cancelled"}},
		{"the holder", []int{0}, []string{"0 0", "1 0", "2 0"}},
		{"one twice", []int{2, 2}, []string{"0 0", "2 cancelled", "1 0", "3 0"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			eachHeld(t, func(t *testing.T, h held) {
				var got journal
				all := h.acquires(&got, 4)
				for _, i := range test.cancel {
					all[i].Cancel()
				}
				if !h.locked() {
					t.Error("a cancel has unlocked it")
				}
				h.release(t)
				_ = h.Release() // nobody may have it
				got.want(t, test.want...)
			})
		})
	}
}

// TestFiredByAnotherWaiter fires the Deferred of a waiter from outside, which is
// no good idea. The lock must not be lost with it.
func TestFiredByAnotherWaiter(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	l := chain.NewLock()
	l.Acquire()
	fired, next := l.Acquire(), l.Acquire()
	if err := fired.Callback(nil); err != nil {
		t.Fatal(err)
	}
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
	if got := deferredtest.SuccessOf(t, next); got != l {
		t.Errorf("the next waiter has %p, want the lock %p", got, l)
	}
}

// TestGoexitInHandOver ends the goroutine inside the callbacks of a hand-over.
// Those who wait must not be forgotten.
func TestGoexitInHandOver(t *testing.T) {
	var got journal
	l := chain.NewLock()
	l.Acquire()
	for i := range 3 {
		l.Acquire().AddCallback(func(*chain.Lock) (*chain.Lock, error) {
			got.add(fmt.Sprint(i))
			_ = l.Release() // it is held
			runtime.Goexit()
			return l, nil
		}).Catch(ignore)
	}
	last := l.Acquire()
	apart(func() { _ = l.Release() })
	got.want(t, "0", "1", "2")
	deferredtest.SuccessOf(t, last)
	if err := l.Release(); err != nil || l.Locked() {
		t.Errorf("the last release answers %v, locked %v", err, l.Locked())
	}
}

func TestSemaphore(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	s := chain.NewSemaphore(2)
	var all []*deferred.Deferred[*chain.Semaphore]
	for range 4 {
		all = append(all, s.Acquire())
	}
	for i, want := range []bool{true, true, false, false} {
		if got := all[i].Called(); got != want {
			t.Errorf("acquire %d has fired: %v, want %v", i, got, want)
		}
	}
	for i := range 4 {
		if err := s.Release(); err != nil {
			t.Fatalf("release %d: %v", i, err)
		}
	}
	for _, d := range all {
		if got := deferredtest.SuccessOf(t, d); got != s {
			t.Errorf("it fired with %p, want the semaphore %p", got, s)
		}
	}
	if err := s.Release(); !errors.Is(err, chain.ErrNotHeld) {
		t.Errorf("a release too many answers %v", err)
	}
}

// wantPanic fails the test unless f panics with want.
func wantPanic(t *testing.T, want string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if got := recover(); got != want {
			t.Errorf("panic %v, want %q", got, want)
		}
	}()
	f()
}

// TestMisuse has all that panics because a rule of this package was broken.
func TestMisuse(t *testing.T) {
	d := deferred.New[int]()
	var none context.Context
	tests := []struct {
		name string
		want string
		run  func()
	}{
		{"no tokens", "chain: NewSemaphore with 0 tokens, which nobody could ever acquire", func() { chain.NewSemaphore(0) }},
		{"run without a lock", "chain: Run with a nil Locker or function", func() { chain.Run(nil, func() *child { return d }) }},
		{"run of nothing", "chain: Run with a nil Locker or function", func() { chain.Run[int](chain.NewLock(), nil) }},
		{"fork of nil", "chain: Fork of a nil Deferred", func() { chain.Fork[int](nil, 1) }},
		{"fork into less than none", "chain: Fork into -1", func() { chain.Fork(d, -1) }},
		{"join of nil", "chain: Join2 of a nil Deferred, at index 0", func() { chain.Join2[int](nil, d) }},
		{"join of nil at the end", "chain: Join3 of a nil Deferred, at index 2", func() { chain.Join3[int, int, int](d, d, nil) }},
		{"for each of nothing", "chain: ForEach with a nil iterator or function", func() { chain.ForEach(nil, 1, func(int) *child { return d }) }},
		{"for each with nothing", "chain: ForEach with a nil iterator or function", func() { chain.ForEach[int, int](numbers(1), 1, nil) }},
		{"for each without room", "chain: ForEach with a limit of 0, so that nothing could ever begin", func() { chain.ForEach(numbers(1), 0, func(int) *child { return d }) }},
		{"add of nil", "chain: Add of a nil Deferred", func() { chain.Add[int](chain.NewScope(), nil) }},
		{"go of nil", "chain: Go of a nil function", func() { chain.Go[int](chain.NewScope(), nil) }},
		{"no caller", "chain: FromChan with a nil argument", func() { chain.FromChan[int](nil, nil) }},
		{"no context to come from", "chain: FromContext with a nil argument", func() { chain.FromContext(none, new(loop)) }},
		{"no context to go with", "chain: WithContext with a nil argument", func() { chain.WithContext(none, new(loop), d) }},
		{"no context to go to", "chain: ToContext with a nil argument", func() { chain.ToContext(none, d) }},
		{"nothing to a channel", "chain: ToChan of a nil Deferred", func() { chain.ToChan[int](nil) }},
		{"nil in a sequence", "chain: ToSeq of a nil Deferred, at index 1", func() { chain.ToSeq(t.Context(), []*child{d, nil}) }},
		{"sequence without a context", "chain: ToSeq with a nil context", func() { chain.ToSeq(none, []*child{d}) }},
		{"completion of nil", "chain: AsCompleted of a nil Deferred, at index 0", func() { chain.AsCompleted([]*child{nil}) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { wantPanic(t, test.want, test.run) })
	}
}
