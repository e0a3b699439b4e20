package chain

import (
	"iter"

	"github.com/spindle-go/spindle/deferred"
)

// ForEach calls f with each of items and returns a Deferred that fires when all
// Deferreds that f returned have, with their values in the order of items. At
// most limit of them are under way at a time; negative means any number, 0
// panics. An item is asked for when there is room for it, and not before. No
// items give an empty slice.
//
// The first failure ends it: no more items are asked for, what is under way is
// cancelled, in order, and when that has ended ForEach fails with a *FirstError.
// A panic of f and a nil Deferred are failures of the item. If items panics
// ForEach ends in the same way, and fails with that. With [CollectErrors] it
// goes on after the failure of an item, and may fail with a *PartialError in the
// end.
//
// A Cancel ends it, too. It fires from what comes of that, usually with the
// *FirstError of the oldest item that was under way, around
// deferred.ErrCancelled. Another Cancel asks those again that have not ended.
// ForEach waits for them, since nobody else knows them: when it has fired,
// nothing of it is left.
//
// The values belong to the caller. A failure of f's Deferreds counts as seen.
// items is run by iter.Pull, on a coroutine that has ended when ForEach fires. A
// nil items or f panics.
//
// Loop goroutine only, and that is where items and f are called: the first time
// inside ForEach. It costs one allocation an item besides f's own, and some
// 3 KB for the coroutine. It does what Twisted's Cooperator is used for.
func ForEach[A, B any](items iter.Seq[A], limit int, f func(A) *deferred.Deferred[B], opts ...ForEachOption) *deferred.Deferred[[]B] {
	switch {
	case items == nil || f == nil:
		panic("chain: ForEach with a nil iterator or function")
	case limit == 0:
		panic("chain: ForEach with a limit of 0, so that nothing could ever begin")
	}
	e := &iteration[A, B]{limit: limit, f: f, values: []B{}}
	for _, o := range opts {
		e.collect = e.collect || o&CollectErrors != 0
	}
	e.next, e.close = iter.Pull(items)
	e.out.PassCancelTo(e)
	e.pump.work(e)
	return &e.out
}
