package chain

import "fmt"

// FirstError is the failure of a list of Deferreds that failed because one of
// them did. errors.Is and errors.As see through it. It is Twisted's FirstError.
//
// It does not change after it was made, so any goroutine may read it.
type FirstError struct {
	// Index is the place of the Deferred in the slice that was given.
	Index int
	// Err is why it failed, a *failure.Failure.
	Err error
}

// Error returns the index and the text of Err.
func (e *FirstError) Error() string {
	return fmt.Sprintf("chain: Deferred %d failed: %v", e.Index, e.Err)
}

// Unwrap returns Err.
func (e *FirstError) Unwrap() error { return e.Err }
