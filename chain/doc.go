// Package chain is about many Deferreds at once: lists that wait for all of
// several, or for one of them.
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
// Only Race cancels children by itself. A child that is waited for by several
// lists is cancelled by each of them that is cancelled.
//
// # Goroutines
//
// A list belongs to the goroutine that its children belong to and has no lock.
// Nothing in this package blocks. Firing and cancelling reach through lists of
// lists by plain calls, which takes about a kilobyte of stack a level.
package chain
