package timeout_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/timeout"
)

func ExampleLoop() {
	clock := timeout.NewVirtualClock(midnight)
	loop := timeout.NewLoop(clock, func(count int) *deferred.Deferred[struct{}] {
		fmt.Println(clock.Now().Format(time.TimeOnly), count)
		return nil
	})
	loop.Start(10*time.Second, true).Tap(func(struct{}) { fmt.Println("stopped") })
	clock.Advance(25 * time.Second)
	fmt.Println(loop.Stop(), loop.Stop())
	// Output:
	// 00:00:00 1
	// 00:00:10 1
	// 00:00:20 1
	// stopped
	// <nil> timeout: the loop is not running
}

// Work that takes longer than the interval is not overtaken by the next call.
// The grid stays, and the function is told how many slots have begun.
func ExampleLoop_slow() {
	clock := timeout.NewVirtualClock(midnight)
	loop := timeout.NewLoop(clock, func(count int) *deferred.Deferred[struct{}] {
		fmt.Println(clock.Now().Format(time.TimeOnly), count)
		return timeout.Sleep(clock, 25*time.Second) // the work
	})
	loop.Start(10*time.Second, true)
	clock.Advance(time.Minute)
	// Output:
	// 00:00:00 1
	// 00:00:30 3
	// 00:01:00 3
}

// A cancel of Start's Deferred goes on to the work that is in flight.
func ExampleLoop_Start() {
	clock := timeout.NewVirtualClock(midnight)
	loop := timeout.NewLoop(clock, func(int) *deferred.Deferred[struct{}] {
		return timeout.Sleep(clock, time.Hour).Finally(func() { fmt.Println("the work is over") })
	})
	run := loop.Start(time.Second, true)
	run.Catch(func(f *failure.Failure) { fmt.Println(f) })
	run.Cancel()
	fmt.Println(loop.Running(), len(clock.Calls()))
	// Output:
	// the work is over
	// deferred: cancelled
	// false 0
}

func ExampleLoop_Reset() {
	clock := timeout.NewVirtualClock(midnight)
	loop := timeout.NewLoop(clock, func(int) *deferred.Deferred[struct{}] {
		fmt.Println(clock.Now().Format(time.TimeOnly))
		return nil
	})
	loop.Start(10*time.Second, false)
	clock.Advance(9 * time.Second)
	fmt.Println(loop.Reset())
	clock.Advance(20 * time.Second)
	// Output:
	// <nil>
	// 00:00:19
	// 00:00:29
}

// A failure of the function ends the loop, unless somebody takes it.
func ExampleGoOnAfterFailure() {
	clock := timeout.NewVirtualClock(midnight)
	flaky := func(int) *deferred.Deferred[struct{}] {
		return deferred.Fail[struct{}](errors.New("no answer"))
	}
	fragile := timeout.NewLoop(clock, flaky)
	fragile.Start(time.Second, true).Catch(func(f *failure.Failure) { fmt.Println("ended:", f) })

	robust := timeout.NewLoop(clock, flaky, timeout.GoOnAfterFailure(func(f *failure.Failure) {
		fmt.Println("reported:", f)
	}))
	robust.Start(time.Second, true)
	clock.Advance(time.Second)
	fmt.Println(fragile.Running(), robust.Running())
	// Output:
	// ended: no answer
	// reported: no answer
	// reported: no answer
	// false true
}
