package chain

// Caller is a loop that calls functions on its own goroutine, such as a reactor.
// CallFromThread may be called from any goroutine and does not block; functions
// run in the order in which they were given. It answers an error when f is not
// going to run because the loop has stopped. It is what threads calls a Caller.
type Caller interface {
	CallFromThread(f func()) error
}
