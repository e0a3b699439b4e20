package poller

import "time"

// backend is one way to ask the kernel. The Poller above it keeps the table,
// checks tokens and speaks the wake-up protocol, so that those stand once; a
// backend translates. It is made with the reading end of the waker's pipe,
// which it watches beside the registrations and never reports as an event.
//
// Only the loop goroutine calls it. Errors are *os.SyscallError, or one of the
// package's own.
type backend interface {
	// add begins to watch fd; its events carry t. It answers errAlwaysReady for
	// a descriptor that the kernel cannot wait for. t is not yet in the table.
	add(fd int, t Token, want Readiness) error

	// modify changes what is watched. It is called for a change only.
	modify(fd int, t Token, want Readiness) error

	// remove stops watching. That the kernel does not know the descriptor any
	// more is no error.
	remove(fd int, t Token) error

	// wait fills dst, which is not empty, and returns how many events it put
	// there; readable says that the waker's pipe has something in it. It does
	// not wait when timeout is 0, and waits without limit when it is negative.
	// Otherwise it waits no longer than the timeout rounded up to what the
	// kernel counts in. It may always come back early with nothing, after a
	// signal or a limit of the call; the Poller then asks again. More than fits
	// dst is reported by the waits that follow, each registration in its turn.
	wait(dst []Event, timeout time.Duration) (n int, readable bool, err error)

	// close gives back what the backend opened.
	close() error
}
