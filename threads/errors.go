package threads

import "errors"

var (
	// ErrPoolFull is what Submit answers when as many jobs wait as
	// [WithQueueLimit] allows. The job was not taken.
	ErrPoolFull = errors.New("threads: the pool's queue is full")

	// ErrPoolStopped is what Submit answers after Stop, and what the Deferred of
	// a job fails with when Stop dropped the job before a worker took it.
	ErrPoolStopped = errors.New("threads: the pool is stopped")

	// ErrPoolStopping is what Start answers while jobs of the run before are
	// still running.
	ErrPoolStopping = errors.New("threads: the pool is still stopping")

	// ErrPoolSize is what Resize answers when min and max make no sense; the
	// error's text says why.
	ErrPoolSize = errors.New("threads: impossible pool size")

	// ErrOnLoop is what BlockingCallFromThread answers on the loop's own
	// goroutine, where to wait for the loop would be to wait for ever. There,
	// add a callback to the Deferred instead of waiting for it, or await it in
	// a coroutine.
	ErrOnLoop = errors.New("threads: blocking call on the loop's own goroutine; add a callback to the Deferred instead")

	// ErrLoopStopped is what BlockingCallFromThread answers when the loop ended
	// while the call was waiting for it.
	ErrLoopStopped = errors.New("threads: the loop stopped before the call had its result")

	// ErrGoexit is what the Deferred of a job fails with when the job ended its
	// goroutine with runtime.Goexit, as testing.T.FailNow does, and so has no
	// result.
	ErrGoexit = errors.New("threads: the job called runtime.Goexit")
)
