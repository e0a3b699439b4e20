package poller

import "errors"

// Errors that callers compare with errors.Is. What a system call answered
// comes as an *os.SyscallError and compares with its errno.
var (
	// ErrUnsupported is New's answer where the platform has no such call.
	ErrUnsupported = errors.New("poller: not supported on this platform")
	// ErrClosed is the answer of a Poller after Close.
	ErrClosed = errors.New("poller: closed")
	// ErrStaleToken is the answer to a token whose registration was removed.
	ErrStaleToken = errors.New("poller: the token names no registration")
	// ErrTooManyDescriptors is the answer to a descriptor that does not fit the
	// set of select(2), and on macOS to one more than poll(2) takes there.
	ErrTooManyDescriptors = errors.New("poller: too many descriptors")
	// ErrInterest is the answer to asking for more than Readable and Writable.
	ErrInterest = errors.New("poller: only readable and writable can be asked for")
)

// errAlwaysReady is what a backend answers to a descriptor that the kernel
// cannot wait for, since it never blocks. It stays inside the package.
var errAlwaysReady = errors.New("poller: always ready")
