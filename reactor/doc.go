// Package reactor is the loop: one goroutine that waits for descriptors, for calls
// from other goroutines and for timers, and runs what they are for, one thing at a
// time. What only that goroutine touches needs no lock.
//
//	r, err := reactor.New()
//	if err != nil {
//		return err
//	}
//	r.CallLater(time.Second, func() {
//		fmt.Println("a second has gone by")
//		_ = r.Stop()
//	})
//	return r.Run(ctx) // until Stop, the end of ctx, SIGINT or SIGTERM
//
// Most programs meet it from above: package netx puts connections on it, package
// threads takes blocking work off it, and Deferreds fire on it. [React] is the
// shortest way to run one task and be done; [Default] is the reactor of a program
// that has but one.
//
// # One turn
//
// Run is a row of turns. In each the loop
//
//  1. waits for descriptors: until the next deadline, or not at all if there is
//     something to do;
//  2. runs the descriptors that are ready, of each the reader before the writer;
//  3. runs the thread calls that were there when the turn began;
//  4. runs the delayed calls that were due when the turn began;
//  5. goes on with startup or shutdown, if the one or the other is under way.
//
// What these make runs in the next turn. So a call that makes another one, for
// ever, starves no other call; nor other goroutines where there is one processor,
// since a loop that never has to wait gives way after 32 turns at the latest. And
// between two turns every failure is reported that the turn left unhandled in a
// Deferred.
//
// # Rules
//
//   - One goroutine. The reactor belongs to the goroutine that Run runs on; before
//     Run and after it, to whoever has it in hand. [Reactor.CallFromThread],
//     [Reactor.CallInThread], [Reactor.Stop] and the few others that say so are for
//     any goroutine. The rest, and all that lives on the loop, Deferreds and
//     delayed calls included, is not, and the race detector reports it.
//   - CallFromThread is the border. It wakes the loop up if it sleeps; its functions
//     run in the order in which they came; one that was accepted runs, whatever
//     way Run ends. Between two runs nothing is accepted.
//   - No blocking. While a callback runs, nothing else does. What has to wait goes to
//     the pool, with CallInThread or threads.DeferToThread. [WithSlowCallback] names
//     those who do not keep to this.
//   - A panic costs only its owner. It is logged with its stack; a descriptor is given
//     up with it as the reason; everything else goes on. runtime.Goexit cannot be
//     held, and ends Run.
//   - Descriptors are removed before their numbers are closed. The reactor gets by
//     with the other order, see [Reactor.RemoveReader].
//   - Delayed calls never run early, and equal deadlines run in the order in which the
//     calls were made. The clock is monotonic.
//
// # Startup and shutdown
//
// Both are events in three phases, to which a program adds triggers with
// [Reactor.AddSystemEventTrigger]. A Deferred that one of them returns holds up the
// next phase; meanwhile the loop goes on as usual.
//
//	          Before                    During                       After
//	startup   make things ready         the reactor counts as        CallWhenRunning
//	                                    running, then triggers
//	shutdown  finish what is under way  every descriptor gets        say goodbye
//	                                    ErrStopped, the pool stops,
//	                                    then triggers
//
// A stop comes from Stop, from the end of Run's context, or from a signal. It takes
// effect at the end of the turn. SIGINT and SIGTERM are listened for while Run runs,
// unless [WithSignals] says otherwise; from the first one on, the next does what it
// does elsewhere, so that a shutdown that hangs can be ended from outside.
//
// # Running again
//
// When Run has returned, what it opened is closed and what it started has ended. The
// reactor can be run again, on any goroutine. Delayed calls that were pending are
// still there, and triggers that did not run; descriptors, thread calls and the
// pool's jobs belong to one run. Any number of reactors may run in one process, each
// on its own goroutine.
//
// # Coming from Twisted
//
//	reactor.run()                     Run, which returns an error and can be called again
//	reactor.stop()                    Stop
//	reactor.callLater                 CallLater
//	reactor.callFromThread            CallFromThread, which answers ErrStopped
//	reactor.callInThread              CallInThread
//	threads.deferToThread             threads.DeferToThread
//	reactor.suggestThreadPoolSize     ThreadPool().Resize
//	reactor.callWhenRunning           CallWhenRunning
//	reactor.addSystemEventTrigger     AddSystemEventTrigger
//	reactor.getDelayedCalls           DelayedCalls
//	task.react                        React
//	from twisted.internet import ...  Default, or a value that is handed around
package reactor
