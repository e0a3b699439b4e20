package deferred

import "sync"

const blockSize = 9

// block holds handlers that do not fit inside a Deferred. Blocks form a ring, so one
// pointer reaches both ends.
type block struct {
	slots      [blockSize]any // each a handler[T]; a block serves Deferreds of any type
	next       *block         // of the newest block, the oldest
	start, end uint8          // slots[start:end] are still to run
}

// blocks is the newest block of a list, as what stands in the place of a handler.
type blocks[T any] block

// handle is there so that it fits there. Nobody calls it.
func (*blocks[T]) handle(*Deferred[T]) node { panic("deferred: blocks were taken for a handler") }

// spare holds empty blocks. A list takes its first one from here and gives its last one
// back, which are the same for most lists; ten callbacks take a fifth to a third less time
// by it. What a long list needs in between is the allocator's, since a pool that gives
// many at once is no faster.
//
// It is one for all goroutines, since a Deferred does not know whose it is. Nobody but
// a list knows its blocks, so there is no rule for users about giving back; the blocks
// of a Deferred that never fires are the collector's. Who breaks the rule that there is,
// and uses a Deferred on two goroutines at once, may find its handlers in another one.
var spare = sync.Pool{New: func() any { return new(block) }}
