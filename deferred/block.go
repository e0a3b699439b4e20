package deferred

import "sync"

const (
	firstBlock = 9 // how many handlers go into the first block of a list

	// laterBlock is how many go into each one after it. What a Deferred with a dozen
	// handlers holds while it waits is a kilobyte more by it than with small ones, but few
	// have so many.
	laterBlock = 64
)

// block holds handlers that do not fit inside a Deferred. Blocks form a ring, so one
// pointer reaches both ends.
type block struct {
	slots      []any  // each a handler[T]; a block serves Deferreds of any type
	next       *block // of the newest block, the oldest
	start, end uint8  // slots[start:end] are still to run

	few [firstBlock]any // the slots of a first block, and nothing to a later one
}

// blocks is the newest block of a list, as what stands in the place of a handler.
type blocks[T any] block

// handle is there so that it fits there. Nobody calls it.
func (*blocks[T]) handle(*Deferred[T]) node { panic("deferred: blocks were taken for a handler") }

// Empty blocks, which lists take from here and give back to. Ten callbacks take a fifth
// to a third less time by it, a thousand less than half, and a thousand that each wait for
// another Deferred a tenth less. A pool is slow when many are asked for at once, which is
// why later blocks are large.
//
// The pools are for all goroutines, since a Deferred does not know whose it is. Nobody but
// a list knows its blocks, so there is no rule for users about giving back; the blocks
// of a Deferred that never fires are the collector's. Who breaks the rule that there is,
// and uses a Deferred on two goroutines at once, may find its handlers in another one.
var (
	spareFirst = sync.Pool{New: func() any {
		b := new(block)
		b.slots = b.few[:]
		return b
	}}
	spareLater = sync.Pool{New: func() any {
		b := new(struct {
			block
			many [laterBlock]any
		})
		b.slots = b.many[:]
		return &b.block
	}}
)

// giveBack empties b, which is in no list any more, and keeps it for another one.
func (b *block) giveBack() {
	end := b.end
	b.next, b.start, b.end = nil, 0, 0
	if len(b.slots) == firstBlock {
		b.few = [firstBlock]any{} // clear would do, but ten callbacks take 5% longer with it
		spareFirst.Put(b)
		return
	}
	clear(b.slots[:end])
	spareLater.Put(b)
}
