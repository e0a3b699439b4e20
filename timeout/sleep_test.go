package timeout_test

import (
	"errors"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/timeout"
)

var (
	_ deferred.Clock = (*timeout.VirtualClock)(nil)

	errTest = errors.New("the test's own")
)

func TestSleep(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	clock := timeout.NewVirtualClock(start)
	d := timeout.Sleep(clock, time.Second)
	clock.Advance(time.Second - 1)
	deferredtest.NoResult(t, d)
	clock.Advance(1)
	deferredtest.SuccessOf(t, d)
}

func TestSleepCancel(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	clock := timeout.NewVirtualClock(start)
	d := timeout.Sleep(clock, time.Second)
	d.Cancel()
	if n := len(clock.Calls()); n != 0 {
		t.Errorf("a cancelled Sleep leaves %d calls on the clock", n)
	}
	if f := deferredtest.FailureOf(t, d); !errors.Is(f, deferred.ErrCancelled) {
		t.Errorf("a cancelled Sleep fails with %v", f)
	}
	clock.Advance(time.Minute)
}

// TestSleepFiredElsewhere is the programming error that Sleep's comment names.
func TestSleepFiredElsewhere(t *testing.T) {
	clock := timeout.NewVirtualClock(start)
	if err := timeout.Sleep(clock, time.Second).Callback(struct{}{}); err != nil {
		t.Fatal(err)
	}
	wantPanic(t, "only the clock", func() { clock.Advance(time.Second) })
}

func TestLater(t *testing.T) {
	tests := []struct {
		name string
		f    func() (int, error)
		want func(t *testing.T, d *deferred.Deferred[int])
	}{
		{"value", func() (int, error) { return 7, nil }, wantValue(7)},
		{"error", func() (int, error) { return 0, errTest }, wantError(errTest)},
		{"panic with an error", func() (int, error) { panic(errTest) }, wantError(errTest)},
		{"panic", func() (int, error) { panic("loud") }, func(t *testing.T, d *deferred.Deferred[int]) {
			t.Helper()
			f := deferredtest.FailureOf(t, d)
			if p, ok := errors.AsType[*failure.PanicError](f); !ok || p.Value != "loud" {
				t.Errorf("failed with %v, want the panic", f)
			}
		}},
		{"fired Deferred", func() (int, error) { return deferred.Succeed(8).Chain() }, wantValue(8)},
		{"failed Deferred", func() (int, error) { return deferred.Fail[int](errTest).Chain() }, wantError(errTest)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			deferredtest.CheckUnhandled(t)
			clock := timeout.NewVirtualClock(start)
			runs := 0
			d := timeout.Later(clock, time.Second, func() (int, error) {
				runs++
				return test.f()
			})
			clock.Advance(time.Second - 1)
			deferredtest.NoResult(t, d)
			if runs != 0 {
				t.Fatal("the function ran early")
			}
			clock.Advance(1)
			test.want(t, d)
			clock.Advance(time.Minute)
			if runs != 1 {
				t.Errorf("the function ran %d times", runs)
			}
		})
	}
}

func wantValue(want int) func(*testing.T, *deferred.Deferred[int]) {
	return func(t *testing.T, d *deferred.Deferred[int]) {
		t.Helper()
		if got := deferredtest.SuccessOf(t, d); got != want {
			t.Errorf("the value is %d, want %d", got, want)
		}
	}
}

func wantError(want error) func(*testing.T, *deferred.Deferred[int]) {
	return func(t *testing.T, d *deferred.Deferred[int]) {
		t.Helper()
		if f := deferredtest.FailureOf(t, d); !errors.Is(f, want) {
			t.Errorf("failed with %v, want %v", f, want)
		}
	}
}

func TestLaterCancelBefore(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	clock := timeout.NewVirtualClock(start)
	d := timeout.Later(clock, time.Second, func() (int, error) {
		t.Error("the function of a cancelled Later ran")
		return 0, nil
	})
	d.Cancel()
	if n := len(clock.Calls()); n != 0 {
		t.Errorf("a cancelled Later leaves %d calls on the clock", n)
	}
	wantError(deferred.ErrCancelled)(t, d)
	clock.Advance(time.Minute)
}

// TestLaterWaits has a function that answers with a Deferred which has not
// fired: its result is awaited, and a Cancel goes to it.
func TestLaterWaits(t *testing.T) {
	tests := []struct {
		name string
		end  func(d, inner *deferred.Deferred[int])
		want func(t *testing.T, d *deferred.Deferred[int])
	}{
		{"fired", func(_, inner *deferred.Deferred[int]) {
			if err := inner.Callback(9); err != nil {
				panic(err)
			}
		}, wantValue(9)},
		{"cancelled", func(d, _ *deferred.Deferred[int]) { d.Cancel() }, wantError(errTest)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			deferredtest.CheckUnhandled(t)
			clock := timeout.NewVirtualClock(start)
			inner := deferred.New(func(d *deferred.Deferred[int]) {
				if err := d.Errback(errTest); err != nil {
					t.Error(err)
				}
			})
			d := timeout.Later(clock, time.Second, inner.Chain)
			clock.Advance(time.Second)
			deferredtest.NoResult(t, d)
			test.end(d, inner)
			test.want(t, d)
		})
	}
}

func TestSleepAndLaterRefuse(t *testing.T) {
	clock := timeout.NewVirtualClock(start)
	answer := func() (int, error) { return 0, nil }
	tests := []struct {
		name, text string
		f          func()
	}{
		{"Sleep without a clock", "clock, got nil", func() { timeout.Sleep(nil, 1) }},
		{"Later without a clock", "clock, got nil", func() { timeout.Later(nil, 1, answer) }},
		{"Later without a function", "function, got nil", func() { timeout.Later[int](clock, 1, nil) }},
		{"Sleep before now", "-1ns", func() { timeout.Sleep(clock, -1) }},
		{"Later before now", "-1ns", func() { timeout.Later(clock, -1, answer) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			wantPanic(t, test.text, test.f)
			if n := len(clock.Calls()); n != 0 {
				t.Errorf("%d calls on the clock", n)
			}
		})
	}
}
