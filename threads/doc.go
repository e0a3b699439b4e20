// Package threads runs work that blocks beside a loop that must not block, and
// lets the two speak to each other.
//
// A callback that waits for a disk, a database or a C library holds up every
// connection of its loop. Such work goes to a [Pool]: [DeferToThread] hands a
// function to it and answers with a Deferred, which fires on the loop.
//
//	d := threads.DeferToThread(r, func(ctx context.Context) ([]byte, error) {
//		return os.ReadFile(name) // on a worker: may block
//	})
//	d.AddCallback(func(b []byte) ([]byte, error) {
//		total += len(b) // on the loop again: needs no lock
//		return b, nil
//	})
//
// The way back is [BlockingCallFromThread]: a goroutine that is not the loop's
// has something done on the loop and waits for the result.
//
// # Threads are goroutines
//
// The word is Twisted's and is kept for those who know it. What is called a
// thread here is a goroutine that may block. It is no operating system thread,
// and a job that calls runtime.LockOSThread has to unlock it again.
//
// Go makes goroutines cheap, so often a plain one will do: start it, and have it
// give the result to the loop with CallFromThread. Use this package when
//
//   - a bound is needed: on how much blocks at a time, since each blocking system
//     call takes an operating system thread, or each job a connection to the
//     database; and on how much may wait;
//   - the result is to be a Deferred that can be cancelled, timed out and
//     combined with others;
//   - the program has to know at its end that the work is over, or how much is
//     not.
//
// A bound on work that does not block, such as many requests at a time on the
// loop itself, needs no pool but a semaphore of package chain.
//
// # Rules
//
//   - A job runs on a worker. It must not touch what belongs to the loop, its
//     Deferreds included; it takes what it needs along and returns what it found.
//   - Jobs begin in the order in which they came. Two jobs that run at a time may
//     end in any order.
//   - A job is asked to end by its context. Go cannot end a goroutine from
//     outside: a job that does not look runs on, and keeps its worker.
//   - A job that waits for another job of the same pool can block all workers so
//     that none is left for the other. Have it return, and chain the two.
//   - Every job whose Deferred is wanted ends that Deferred: with its result, its
//     panic, [ErrGoexit], or [ErrPoolStopped] when it was dropped. The one
//     exception is a loop that has stopped, see [DeferToPool].
//
// # The end
//
// Stop the pool before the loop, and let the loop go on meanwhile: a job may be
// waiting in BlockingCallFromThread for it, and the results have to be taken in.
// [Pool.Stop] blocks, so it belongs on a goroutine of its own then. A deadline
// bounds it: what does not end in time has its context cancelled and is counted
// in a [StopError].
package threads
