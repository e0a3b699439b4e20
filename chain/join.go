package chain

import (
	"fmt"

	"github.com/spindle-go/spindle/deferred"
)

// Join2 returns a Deferred that fires when a and b have, with the values of
// both. It is [Gather] for Deferreds of different types, and has its rules: it
// fails as soon as one of them does, with a *FirstError whose Index is 0 for a
// and 1 for b; the other goes on, and what comes of it is ignored. Each goes on
// with its own result. A nil Deferred panics.
//
// Cancel cancels a and b, in this order.
//
// Loop goroutine only: that of a and b. It costs three allocations.
func Join2[A, B any](a *deferred.Deferred[A], b *deferred.Deferred[B]) *deferred.Deferred[Pair[A, B]] {
	require("Join2", a != nil, b != nil)
	j := &joint[Pair[A, B]]{parts: [3]stoppable{a, b}, left: 2}
	j.out.PassCancelTo(j)
	follow(j, 0, a, &j.all.First)
	follow(j, 1, b, &j.all.Second)
	return &j.out
}

// Join3 is [Join2] for three Deferreds.
//
// Loop goroutine only: that of a, b and c. It costs four allocations.
func Join3[A, B, C any](a *deferred.Deferred[A], b *deferred.Deferred[B], c *deferred.Deferred[C]) *deferred.Deferred[Triple[A, B, C]] {
	require("Join3", a != nil, b != nil, c != nil)
	j := &joint[Triple[A, B, C]]{parts: [3]stoppable{a, b, c}, left: 3}
	j.out.PassCancelTo(j)
	follow(j, 0, a, &j.all.First)
	follow(j, 1, b, &j.all.Second)
	follow(j, 2, c, &j.all.Third)
	return &j.out
}

// require refuses to join Deferreds of which one is nil.
func require(name string, present ...bool) {
	for i, there := range present {
		if !there {
			panic(fmt.Sprintf("chain: %s of a nil Deferred, at index %d", name, i))
		}
	}
}
