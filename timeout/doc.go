// Package timeout is about calls that are to run later: the delayed call, the
// queue that orders them, a virtual clock for tests, Deferreds that fire after a
// while, a loop, and retries.
//
// A reactor and a [VirtualClock] make delayed calls in the same way, with
// CallLater, which gives a [DelayedCall] to cancel or move, or with AfterFunc,
// which makes them a deferred.Clock. [Sleep], [Later] and [Retry] work on any
// such clock. A [Loop] also asks it for the time.
//
//	clock := timeout.NewVirtualClock(time.Unix(0, 0))
//	idle := clock.CallLater(time.Minute, func() { fmt.Println("idle") })
//	clock.Advance(50 * time.Second)
//	idle.Reset(time.Minute) // something came in
//	clock.Advance(time.Minute)
//
// # Order
//
//   - A call never runs early, and never inside the CallLater that made it.
//   - Calls run in the order of their deadlines, and equal deadlines in the order
//     in which the calls were made. A call that is moved keeps its rank.
//   - A reactor runs calls in turns. A call that was made after a turn began runs
//     in the next one, however early it is due. The virtual clock has the same
//     turns, one or more at each deadline.
//   - Deadlines are counted on a monotonic clock. Setting the time of the machine
//     moves none of them.
//
// # The end of a call
//
// A call runs once or is cancelled, and from then on Cancel, Reset and Delay
// answer [ErrAlreadyRun] or [ErrAlreadyCancelled]. It counts as run from the
// moment its function begins, so a call cannot cancel or move itself; one that
// wants to run again makes another. A call of the same batch that has not begun
// yet can still be cancelled or moved.
//
// # Again and again
//
// A [Loop] calls a function at regular times and waits for the Deferred that it
// answers with before it calls it again. The times lie on a grid: slow work does
// not shift it, and what was missed is counted, not made up for. Stop lets work
// that is in flight finish; a Cancel of the Deferred of Start cancels it. A
// failure of the function ends the loop and is the failure of that Deferred,
// unless [GoOnAfterFailure] says otherwise.
//
// [Retry] calls a function until an attempt succeeds. A [Policy] says how long it
// waits between attempts, at random below a ceiling that grows, and when it
// gives up, which is a [RetryError].
//
//	fetched := timeout.Retry(clock, timeout.Policy{Deadline: time.Minute}, fetch)
//
// Every Deferred of this package can be cancelled, and none leaves a call on the
// clock when it fires. A panic of a function that was given to a Loop or a Retry
// is a failure like any.
//
// # Tests
//
// A virtual clock replaces waiting: hand it to the code under test instead of
// the reactor, and move it. It shares its order and its checks with the
// reactor, and package timeouttest holds both to the same behaviour. They
// differ in one thing: a panic in a call goes to the test that moved the
// virtual clock, whereas a reactor logs it and goes on.
//
// # Goroutines
//
// Clocks, queues and delayed calls belong to the goroutine of their loop and
// have no locks. The race detector reports a use from another goroutine. From
// there, use CallFromThread of the reactor.
package timeout
