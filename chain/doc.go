// Package chain is about many Deferreds at once: lists that wait for all of
// several, or for one of them; work on many items, limited; locks and queues;
// scopes that leave nothing behind; and bridges to contexts and channels.
//
//	to wait for                    use           fails with
//	-----------------------------  ------------  --------------------------------
//	all values                     Gather        *FirstError, at the first failure
//	all results, failures as well  DeferredList  nothing, unless FireOnOneErrback
//	the first value                First         *FailureGroup, when all failed
//	the first value, and no other  Race          *FailureGroup, when all failed
//
// Each takes a slice of Deferreds, the children, and gives a Deferred:
//
//	pages := chain.Gather([]*deferred.Deferred[string]{fetch("a"), fetch("b")})
//	pages.Tap(func(texts []string) { fmt.Println(len(texts)) })
//
// # Rules
//
//   - A list appends one step to each child, in order, before it returns. A child
//     that has fired counts at once, so the list may have fired when it is
//     returned.
//   - Results are in the order of the slice, whatever the order in which they
//     came. The list keeps a copy of the slice, which may be changed afterwards.
//   - A child that is in the slice twice fills both places. Where the list takes
//     its result away, the second place gets the zero value.
//   - The children go on with their own result, as if the list was not there.
//     With [ConsumeErrors] they go on with the zero value after a failure, and
//     those of Race always do: it takes their results for itself.
//   - A failure that a list has seen counts as seen. It is not reported as
//     unhandled, even if the list had fired before. What has to be handled is the
//     failure of the list.
//   - errors.Is and errors.As see through [FirstError] and [FailureGroup].
//   - No list fires twice. What a child does after the result is known is of no
//     interest to the list.
//   - A list of no Deferreds fires at once: with an empty slice, or, where there
//     should be a winner, with the failure [ErrNoDeferreds].
//
// # Cancelling
//
// A cancel of a list that has not fired cancels its children, all of them and in
// order, even if one of them makes the list fire or its canceller panics. The
// list fires from what comes of that: Gather usually with the *FirstError of its
// first child, First and Race with a *FailureGroup, and DeferredList with a
// value, in which each Err is the cancellation. Unless the cancellers said
// something else, errors.Is finds deferred.ErrCancelled in all of these, and
// where the list fails with that, AddTimeout makes a deferred.ErrTimeout of it.
//
// Children that answer later are waited for, and another cancel reaches them
// again. Race alone does not wait: when some child has neither given a value nor
// failed by then, the race fails with deferred.ErrCancelled itself.
//
// Of the lists, only Race cancels children by itself. A child that is waited for
// by several lists is cancelled by each of them that is cancelled.
//
// # More than lists
//
//	to                                             use
//	---------------------------------------------  ----------------------------------
//	wait for values of two or three types          Join2, Join3
//	work on many items, so many at a time          ForEach
//	take results in the order in which they come   AsCompleted
//	let several wait for one result                Fork
//	do one thing at a time, or so many             Lock, Semaphore, Run
//	hand items over, with a limit                  Queue
//	own what must not be left behind               Scope, Add, Go
//	write what waits from top to bottom            Async, Await
//	end with a context, or make one end            WithContext, FromContext, ToContext
//	wait for another goroutine, or have it wait    FromChan, ToChan, ToSeq
//
// What stands for others passes a cancel on, and what waits in a line leaves it:
//
//	a cancel of                              reaches
//	---------------------------------------  ------------------------------------------
//	Join2, Join3                             all of them, as with a list
//	ForEach                                  what is under way; no more items are begun
//	one of a Fork                            that one; the last that is left, the source
//	one of AsCompleted                       that one
//	Async                                    what is awaited, and comes out of Await
//	Acquire, Hold, Get, PutWait, FromChan    that one, which gives up its place
//	Run                                      its place in the line, or the work of f
//	Wait or Close of a Scope                 all children, which are waited for
//
// # Handing over
//
// Whoever waits for a Lock, a Semaphore or a Queue is served inside the call that
// makes it possible, first come, first served, and nobody is overtaken. When the
// callbacks of one who was served make the next possible in turn, that one is
// served when they have returned, still inside the outermost call. So it takes no
// more stack for a hundred thousand than for two; Twisted serves the next inside
// the callbacks of the one before. In the meantime the next may be cancelled, and
// its turn goes on to the one after; nothing is lost by that.
//
// # Other goroutines
//
// Bridges need a [Caller], which a reactor is, for what comes to the loop. What
// leaves it, by ToContext, ToChan and ToSeq, needs none, and leaves nothing behind
// when nobody takes it. An iterator that waits for results would hold up the loop:
// that is why ToSeq is for other goroutines, and AsCompleted gives Deferreds.
//
// # Goroutines
//
// A list belongs to the goroutine that its children belong to and has no lock,
// and so does all else here, unless its comment says otherwise. Nothing in this
// package blocks the loop. Firing and cancelling reach through lists of
// lists by plain calls, which takes about a kilobyte of stack a level.
package chain
