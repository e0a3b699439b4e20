package timeout_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/timeout"
)

// What a delayed call refuses, and when it is due.
func ExampleDelayedCall_Time() {
	clock := timeout.NewVirtualClock(midnight)
	call := clock.CallLater(time.Minute, func() {})
	fmt.Println(call.Time().Format(time.TimeOnly))
	if err := call.Reset(-time.Second); errors.Is(err, timeout.ErrNegativeDelay) {
		fmt.Println(err)
	}
	_ = call.Cancel()
	if err := call.Delay(time.Second); errors.Is(err, timeout.ErrAlreadyCancelled) {
		fmt.Println(err)
	}
	late := clock.CallLater(0, func() {})
	clock.Advance(0)
	if err := late.Cancel(); errors.Is(err, timeout.ErrAlreadyRun) {
		fmt.Println(err)
	}
	// Output:
	// 00:01:00
	// timeout: a delayed call cannot be reset to a negative delay
	// timeout: the delayed call was already cancelled
	// timeout: the delayed call has already run
}

func ExampleQueue_Len() {
	queue := timeout.NewQueue(midnight, func() time.Duration { return 0 })
	call := queue.Add(time.Second, func() {})
	queue.Add(time.Minute, func() {})
	fmt.Println(queue.Len())
	_ = call.Cancel() // it is taken out at once
	fmt.Println(queue.Len())
	// Output:
	// 2
	// 1
}

// What a Loop refuses, and who may drive it.
func ExampleLoopClock() {
	virtual := timeout.NewVirtualClock(midnight)
	var clock timeout.LoopClock = virtual // a reactor is one, too
	work := deferred.New[struct{}]()
	policy := []timeout.LoopOption{timeout.GoOnAfterFailure(func(f *failure.Failure) { fmt.Println("failed:", f) })}
	loop := timeout.NewLoop(clock, func(int) *deferred.Deferred[struct{}] { return work }, policy...)

	fmt.Println(errors.Is(loop.Stop(), timeout.ErrLoopNotRunning))
	loop.Start(time.Second, true)
	loop.Start(time.Second, true).Catch(func(f *failure.Failure) {
		fmt.Println(errors.Is(f, timeout.ErrLoopRunning))
	})
	fmt.Println(errors.Is(loop.Reset(), timeout.ErrLoopInFlight))
	_ = work.Errback(errors.New("no disk"))
	fmt.Println(loop.Reset(), loop.Stop())
	// Output:
	// true
	// true
	// true
	// failed: no disk
	// <nil> <nil>
}

// Why a Retry gave up.
func ExampleRetryError_reasons() {
	clock := timeout.NewVirtualClock(midnight)
	refused := func(int) *deferred.Deferred[int] { return deferred.Fail[int](errors.New("refused")) }
	silent := func(int) *deferred.Deferred[int] { return nil }
	tell := func(d *deferred.Deferred[int], reason error) {
		d.Catch(func(f *failure.Failure) { fmt.Println(errors.Is(f, reason), reason) })
	}
	tell(timeout.Retry(clock, timeout.Policy{Attempts: 3}, refused), timeout.ErrNoAttemptsLeft)
	tell(timeout.Retry(clock, timeout.Policy{Attempts: timeout.Unlimited, Deadline: time.Second}, refused), timeout.ErrDeadline)
	tell(timeout.Retry(clock, timeout.Policy{}, silent), timeout.ErrNoAnswer)
	clock.Advance(time.Hour)
	// Output:
	// true timeout: the function of a Retry answered with a nil Deferred
	// true timeout: no attempts left
	// true timeout: the deadline has passed
}
