// Package deferred is a result that comes later, and what follows from it: the
// typed Deferred, in the manner of Twisted.
//
// A function that cannot answer at once returns a Deferred. Who called it adds
// handlers, which run when the result is there; who works on it fires it, once,
// with a value or with a failure:
//
//	func fetch(name string) *deferred.Deferred[string]
//
//	size := deferred.Then(fetch("settings"), func(text string) (int, error) {
//		if text == "" {
//			return 0, io.ErrUnexpectedEOF // a failure
//		}
//		return len(text), nil // the value for the next handler
//	})
//	size.AddTimeout(5*time.Second, clock)
//	size.Tap(func(n int) { fmt.Println(n, "bytes") })
//	size.Catch(func(f *failure.Failure) { fmt.Println("no settings:", f) })
//
// # Order
//
// Handlers form one list, and run in the order they were added. Each gets what
// the one before left: a callback gets a value, an errback a failure, and the
// others pass by. Returning an error makes a failure, returning none makes a
// value. A panic is a failure with its stack, and runtime.Goexit is one too; the
// handlers that are left run in any case, and nothing of it reaches whoever fired.
//
// Handlers run at once, inside whoever makes it possible: Callback, Errback,
// Cancel, Unpause, or the method that adds one to a Deferred that has fired. A
// handler added from inside a handler of the same Deferred runs in its place at
// the end of the list.
//
// AddCallback, AddErrback, AddCallbacks, AddBoth, Tap, Catch and Finally keep the
// type and change the Deferred in place. [Then] and [ThenBoth] change the type and
// make a new Deferred; with Go 1.27 they are methods as well.
//
// # One goroutine
//
// A Deferred belongs to one goroutine at a time and has no lock. In a program
// with a reactor that is the reactor's; another goroutine hands its result over
// with CallFromThread. What may be called from any goroutine says so.
//
// # Waiting for another
//
// A handler that needs more work to be done answers with the Deferred of that
// work, and the chain goes on with its result:
//
//	d.AddCallback(func(key string) (string, error) { return lookup(key).Chain() })
//
// The result is moved: the inner Deferred is left with the zero value. So there
// can be one consumer; a second one fails with [ErrAlreadyChained], and
// chain.Fork makes copies. Handlers that the inner one has when the waiting begins
// run before the result is handed over, those added later run after. A Deferred
// that would wait for itself, through however many others, fails with
// [ErrChainCycle]. A million in a row take no more stack than two.
//
// ChainDeferred fires a Deferred that somebody else waits for. Unlike with Chain,
// a cancel does not cross it, and a cycle through it is not noticed.
//
// # Cancelling
//
// Cancel is a request. It goes inward to the Deferred that is being waited for,
// however deep, and calls the canceller given to [New]; what comes of that is the
// result, [ErrCancelled] if nothing else does. Without a canceller the Deferred
// fails at once, and one late answer of the producer is swallowed. AddTimeout
// cancels by the clock, and turns ErrCancelled into [ErrTimeout]. Both errors are
// known to context's: errors.Is finds context.Canceled and
// context.DeadlineExceeded.
//
// # Unhandled failures
//
// A failure that is the result when the last handler has run is reported once,
// unless it gets a handler in time: until the end of the turn with a reactor,
// until the Deferred is collected without one. The default report is a log record
// with the trace; see [SetUnhandledHandler]. In a test, deferredtest.CheckUnhandled
// makes it an error.
//
// # Debugging
//
// With the environment variable SPINDLE_DEBUG=1, or after [SetDebug], it is noted
// where each Deferred is made and fired and where its handlers are added. Then
//
//   - a failure printed with %+v tells its story: which callback failed, which were
//     passed by, which Deferreds took it over, who handled it or that nobody did;
//   - [ErrAlreadyCalled] says where the Deferred was fired first;
//   - [Pending] lists what has not fired, how old it is, where it was made, and
//     what it waits for: the answer to where a program is stuck;
//   - [Unhandled] says of which Deferred the failure was the result;
//   - use of a Deferred by a goroutine on which it has no business is reported,
//     see [SetMisuseHandler].
//
// [Dot] draws what a Deferred waits for, in debug mode with places and ages.
//
// While runtime/trace is recording, go tool trace shows a task for each Deferred
// that has to wait, within that of the one it was made of, and a region for each
// handler, named after the function. That needs no debug mode.
//
// # Cost
//
// A Deferred is one allocation, with room for two handlers. Further ones go into
// blocks, which are used again: one is an allocation only when no used one is at
// hand. A handler is the function itself, and waiting for another Deferred takes
// what is there, so neither allocates. Then is one allocation.
// Running, handing over and cancelling are linear in the number of Deferreds and
// handlers; building a chain with the search for cycles is n log n at most.
package deferred
