package chain

import "errors"

// The sentinels of this package. Test for them with errors.Is.
var (
	// ErrNoDeferreds is the failure of First and Race when they are given no
	// Deferred: there is nothing that could ever win. In Twisted such a Deferred
	// never fires.
	ErrNoDeferreds = errors.New("chain: no Deferreds to choose from")

	// ErrNotHeld is the answer to a Release of what nobody holds.
	ErrNotHeld = errors.New("chain: release of what is not held")

	// ErrQueueOverflow is the answer of Put when the Queue is full. PutWait
	// waits for room instead.
	ErrQueueOverflow = errors.New("chain: queue is full")

	// ErrQueueUnderflow is the failure of Get when as many as the backlog
	// allows are waiting already.
	ErrQueueUnderflow = errors.New("chain: too many wait for the queue")

	// ErrChanClosed is the failure of FromChan when the channel is closed.
	ErrChanClosed = errors.New("chain: channel is closed")
)
