package timeout_test

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/timeout"
)

func ExampleRetry() {
	clock := timeout.NewVirtualClock(midnight)
	fetch := func(attempt int) *deferred.Deferred[string] {
		fmt.Println("attempt", attempt)
		if attempt < 3 {
			return deferred.Fail[string](errors.New("no answer"))
		}
		return deferred.Succeed("hello")
	}
	timeout.Retry(clock, timeout.Policy{}, fetch).Tap(func(s string) { fmt.Println(s) })
	clock.Advance(time.Minute)
	// Output:
	// attempt 1
	// attempt 2
	// attempt 3
	// hello
}

// With a seed the waits are the same each time.
func ExamplePolicy() {
	clock := timeout.NewVirtualClock(midnight)
	policy := timeout.Policy{
		Base:     time.Second,
		Cap:      10 * time.Second,
		Attempts: 4,
		Jitter:   rand.New(rand.NewPCG(1, 2)).Float64,
	}
	timeout.Retry(clock, policy, func(int) *deferred.Deferred[string] {
		fmt.Println(clock.Now().Sub(midnight).Round(time.Millisecond))
		return deferred.Fail[string](errors.New("no answer"))
	}).Catch(func(f *failure.Failure) { fmt.Println(f) })
	clock.Advance(time.Minute)
	// Output:
	// 0s
	// 676ms
	// 1.599s
	// 3.633s
	// timeout: no attempts left, after 4 attempts: no answer
}

// What another attempt cannot mend is marked.
func ExamplePermanent() {
	clock := timeout.NewVirtualClock(midnight)
	read := func(int) *deferred.Deferred[string] {
		return deferred.Fail[string](timeout.Permanent(fs.ErrPermission))
	}
	timeout.Retry(clock, timeout.Policy{}, read).Catch(func(f *failure.Failure) {
		fmt.Println(f)
		fmt.Println(errors.Is(f, fs.ErrPermission), errors.Is(f, timeout.ErrPermanent))
	})
	// Output:
	// timeout: a permanent error, after 1 attempt: permission denied
	// true true
}

// A RetryError says how often, why no more, and what the last error was.
func ExampleRetryError() {
	clock := timeout.NewVirtualClock(midnight)
	policy := timeout.Policy{Deadline: time.Second, Attempts: timeout.Unlimited}
	timeout.Retry(clock, policy, func(int) *deferred.Deferred[string] {
		return deferred.Fail[string](errors.New("no answer"))
	}).Catch(func(f *failure.Failure) {
		if e, ok := errors.AsType[*timeout.RetryError](f); ok {
			fmt.Println(e.Attempts > 1, e.Why, "-", e.Err)
		}
		fmt.Println(errors.Is(f, deferred.ErrTimeout))
	})
	clock.Advance(time.Minute)
	// Output:
	// true timeout: the deadline has passed - no answer
	// true
}
