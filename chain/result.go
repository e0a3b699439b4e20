package chain

// Result is how one Deferred of several ended.
type Result[T any] struct {
	// Value is the zero value when Err is set.
	Value T
	// Err is nil, or a *failure.Failure.
	Err error
}
