package deferred

// Collector is told how each of several Deferreds ended. It is the other side of a
// [Collection] and a [Single].
type Collector[T any] interface {
	// Collect is called once for each, with its index, on the goroutine that
	// fired it. err is a *failure.Failure or nil. A panic is a failure of that
	// Deferred.
	Collect(index int, v T, err error)
}

// requireCollector refuses to tell nobody, and to leave what nobody knows.
func requireCollector[T any](collector Collector[T], pass Passing) {
	switch {
	case collector == nil:
		panic("deferred: Tell with a nil Collector")
	case pass > PassNone:
		panic("deferred: Tell with an unknown Passing")
	}
}
