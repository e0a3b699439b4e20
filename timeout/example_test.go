package timeout_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/timeout"
)

// midnight is where the clocks of the examples start.
var midnight = time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)

func ExampleVirtualClock() {
	clock := timeout.NewVirtualClock(midnight)
	tell := func(what string) func() {
		return func() { fmt.Println(clock.Now().Format(time.TimeOnly), what) }
	}
	clock.CallLater(2*time.Second, tell("second"))
	clock.CallLater(time.Second, func() {
		tell("first")()
		clock.CallLater(2*time.Second, tell("third"))
	})
	clock.Advance(time.Minute)
	tell("the end")()
	// Output:
	// 00:00:01 first
	// 00:00:02 second
	// 00:00:03 third
	// 00:01:00 the end
}

func ExampleVirtualClock_RunNext() {
	clock := timeout.NewVirtualClock(midnight)
	for _, days := range []int{30, 1, 365} {
		clock.CallLater(time.Duration(days)*24*time.Hour, func() {
			fmt.Println(clock.Now().Format(time.DateOnly))
		})
	}
	for clock.RunNext() {
	}
	// Output:
	// 2026-03-02
	// 2026-03-31
	// 2027-03-01
}

func ExampleVirtualClock_AfterFunc() {
	clock := timeout.NewVirtualClock(midnight)
	stop := clock.AfterFunc(time.Second, func() { fmt.Println("never") })
	fmt.Println(stop(), stop())
	clock.Advance(time.Minute)
	// Output: true false
}

func ExampleDelayedCall() {
	clock := timeout.NewVirtualClock(midnight)
	idle := clock.CallLater(time.Minute, func() { fmt.Println("idle at", clock.Now().Format(time.TimeOnly)) })
	clock.Advance(50 * time.Second)
	fmt.Println(idle.Active(), idle.Reset(time.Minute), idle.Delay(30*time.Second))
	clock.Advance(2 * time.Minute)
	fmt.Println(idle.Active(), idle.Cancel())
	// Output:
	// true <nil> <nil>
	// idle at 00:02:20
	// false timeout: the delayed call has already run
}

// A loop of one's own waits until Next and takes what is due.
func ExampleQueue() {
	now := time.Duration(0)
	queue := timeout.NewQueue(midnight, func() time.Duration { return now })
	queue.Add(time.Second, func() { fmt.Println("due at", now) })
	queue.Add(time.Second, func() { queue.Add(0, func() { fmt.Println("in the next turn") }) })

	for at, ok := queue.Next(); ok; at, ok = queue.Next() {
		now = max(now, at) // a real loop waits here
		fmt.Println("turn")
		mark := queue.Mark()
		for f, _, ok := queue.Pop(now, mark); ok; f, _, ok = queue.Pop(now, mark) {
			f()
		}
	}
	// Output:
	// turn
	// due at 1s
	// turn
	// in the next turn
}

func ExampleSleep() {
	clock := timeout.NewVirtualClock(midnight)
	deferred.Then(timeout.Sleep(clock, time.Second), func(struct{}) (string, error) {
		return "awake", nil
	}).Tap(func(s string) { fmt.Println(s) })
	fmt.Println("asleep")
	clock.Advance(time.Second)
	// Output:
	// asleep
	// awake
}

func ExampleLater() {
	clock := timeout.NewVirtualClock(midnight)
	answer := func() (int, error) { return 42, nil }
	timeout.Later(clock, time.Second, answer).Tap(func(n int) { fmt.Println(n) })
	clock.Advance(time.Second)

	given := timeout.Later(clock, time.Second, answer)
	given.Catch(func(f *failure.Failure) { fmt.Println(f, errors.Is(f, deferred.ErrCancelled)) })
	given.Cancel()
	// Output:
	// 42
	// deferred: cancelled true
}
