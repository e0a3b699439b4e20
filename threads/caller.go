package threads

// Caller is a loop that calls functions on its own goroutine, one after the
// other, such as a reactor. CallFromThread may be called from any goroutine,
// does not block and does not panic; functions run in the order in which they
// were given. It answers an error when f is not going to run because the loop
// has stopped.
//
// A Caller may have two more methods, which [BlockingCallFromThread] looks for.
// Without them it still works, but cannot tell when waiting is hopeless.
//
//	// OnLoop reports whether it was called on the loop's goroutine.
//	OnLoop() bool
//
//	// Stopped returns a channel that is closed when the loop has ended that
//	// would run a function given to CallFromThread now. A loop that can be
//	// started again has another channel for each run. It is safe from any
//	// goroutine.
//	Stopped() <-chan struct{}
//
// Something that wraps a Caller has to hand these on, or they are lost.
type Caller interface {
	CallFromThread(f func()) error
}

// onLoop reports whether c is known to run on this goroutine.
func onLoop(c Caller) bool {
	l, ok := c.(interface{ OnLoop() bool })
	return ok && l.OnLoop()
}

// stoppedOf returns what is closed when c's loop has ended, or nil, which blocks
// for ever, if c does not say.
func stoppedOf(c Caller) <-chan struct{} {
	if l, ok := c.(interface{ Stopped() <-chan struct{} }); ok {
		return l.Stopped()
	}
	return nil
}
