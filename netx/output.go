package netx

import "github.com/spindle-go/spindle/deferred"

// Blocks of output begin small, since most that wait are the end of one write,
// and do not grow without bound, so that what has gone out can be released bit
// by bit.
const (
	smallestBlock = 4 << 10
	largestBlock  = 64 << 10
)

// maxPieces is how many blocks or pieces are handed to the kernel at a time. Of
// the largest blocks that is a megabyte, which is more than it takes.
const maxPieces = 16

// output is what a connection has still to send. There is one only while there is
// something in it.
type output struct {
	blocks    [][]byte // the first begins with the oldest byte; none is empty
	size      int      // bytes in all blocks
	congested bool     // size went above the high mark, and has not come down to the low one
	waiters   []*deferred.Deferred[struct{}]
}

// add appends a copy of p.
func (o *output) add(p []byte) {
	for len(p) > 0 {
		last := len(o.blocks) - 1
		if last < 0 || len(o.blocks[last]) == cap(o.blocks[last]) {
			o.blocks = append(o.blocks, make([]byte, 0, blockSize(o.size, len(p))))
			last++
		}
		b := o.blocks[last]
		n := min(len(p), cap(b)-len(b))
		o.blocks[last] = append(b, p[:n]...)
		o.size += n
		p = p[n:]
	}
}

// blockSize is the size of the next block when there are so many bytes already,
// and so many to add: it doubles, so that the number of blocks stays low.
func blockSize(size, more int) int {
	return min(max(size, more, smallestBlock), largestBlock)
}

// front returns the oldest bytes, in pieces.
func (o *output) front() [][]byte { return o.blocks[:min(len(o.blocks), maxPieces)] }

// drop removes the oldest n bytes.
func (o *output) drop(n int) {
	o.size -= n
	for n > 0 {
		b := o.blocks[0]
		if n < len(b) {
			o.blocks[0] = b[n:]
			return
		}
		n -= len(b)
		o.blocks[0] = nil
		o.blocks = o.blocks[1:]
	}
}
