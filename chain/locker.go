package chain

import "github.com/spindle-go/spindle/deferred"

// Locker is something to be held while work is done. [Lock] and [Semaphore] are
// Lockers; others can be written, around a lock in a file for example.
type Locker interface {
	// Hold returns a Deferred that fires once the caller holds it, and that
	// gives up its place when it is cancelled before.
	Hold() *deferred.Deferred[struct{}]

	// Release gives it back, and answers an error if it was not held.
	Release() error
}
