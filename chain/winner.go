package chain

// Winner is the value that came first, and whose it is.
type Winner[T any] struct {
	// Index is the place of the Deferred in the slice that was given.
	Index int
	// Value is what it fired with.
	Value T
}
