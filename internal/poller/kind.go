package poller

// Kind names the system call that a Poller waits with.
// The zero value is Best.
type Kind uint8

// The kinds. Epoll exists on Linux alone, Poll and Select on every Unix.
const (
	Best   Kind = iota // what Default names
	Epoll              // epoll_wait(2): the cost of a wait is what is ready
	Poll               // poll(2): the cost of a wait is all that is registered
	Select             // select(2): as Poll, and descriptors below 1024 only (256 on NetBSD)
)

// Default returns the kind that Best stands for on this platform: Epoll on
// Linux, Poll on every other Unix, and Best itself where there is none and New
// answers ErrUnsupported. Any goroutine may call it.
func Default() Kind { return best }

// String returns the name of the kind in lower case. Any goroutine may call it.
func (k Kind) String() string {
	switch k {
	case Best:
		return "best"
	case Epoll:
		return "epoll"
	case Poll:
		return "poll"
	case Select:
		return "select"
	}
	return "unknown"
}
