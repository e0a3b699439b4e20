// Package poller waits for descriptors. It is what a reactor sleeps in: it knows
// descriptors, tokens and time, and no callbacks.
//
// One type, Poller, stands before three ways to ask the kernel: epoll(7) on
// Linux, poll(2) and select(2) on every Unix. On other platforms the package
// builds, and New answers ErrUnsupported.
//
//	p, err := poller.New(poller.Best)
//	if err != nil {
//		return err
//	}
//	defer p.Close()
//	token, err := p.Add(fd, poller.Readable)
//	if err != nil {
//		return err
//	}
//	handlers[token.Index()] = handler
//	for {
//		n, err := p.Wait(events, untilNextTimer(), queue.HasWork)
//		if err != nil {
//			return err
//		}
//		for _, ev := range events[:n] {
//			if p.Current(ev.Token) {
//				handlers[ev.Token.Index()](ev.Ready)
//			}
//		}
//		queue.Run() // and the timers that are due
//	}
//
// # Rules
//
// One goroutine, the loop, calls everything but Wake, Wakeups and Kind. The race
// detector reports a second one.
//
// A registration is named by a Token, not by its descriptor, because numbers are
// used again at once. Ask Current before each event of a batch is dispatched.
//
// Events are level-triggered: they come again until their reason is gone.
//
// Another goroutine that has something for the loop puts it into a queue with a
// lock, and calls Wake. The loop hands Wait a function that looks at the queue.
// Neither may be left out; the reasons stand with the waker.
//
// # Closing descriptors
//
// Remove first, then close. Where the order is the other one, this holds:
//
//   - Remove is right at any time, whatever the number means by then.
//   - Until the Remove, Add of the same number answers EEXIST, even if it is
//     another file by now. After it, Add works.
//   - Between close and Remove, Epoll reports nothing; Poll and Select report
//     Invalid at every Wait, or, when the number was given out again, what the
//     new file is ready for. Where a duplicate keeps the file open, Epoll goes on
//     to report it until the Remove.
//   - A file that was kept open by a duplicate at its late Remove cannot be taken
//     out of an epoll instance. The first event of it makes a new instance, at
//     the price of a system call for each registration.
//
// # What is reported
//
// Hangup, Fault and Invalid come without being asked for, beside Readable and
// Writable or alone. Only Readable and Writable can be asked for, both, one or
// none.
//
//	                        Epoll              Poll               Select
//	bytes to read           Readable           Readable           Readable
//	end of file on a pipe   Hangup             Hangup             Readable
//	peer's half close       Readable           Readable           Readable
//	gone in both directions Hangup             Hangup             Readable, Writable
//	write end, no reader    Fault              Fault              Readable, Writable
//	connection was reset    Fault, Hangup      Fault, Hangup      Readable, Writable
//	closed, not removed     nothing            Invalid            Invalid
//	regular file            all that is wanted all that is wanted all that is wanted
//	interest 0              Hangup, Fault      Hangup, Fault,     nothing
//	                                           Invalid
//
// Each cell stands beside what else is wanted and true. Select reports only
// what is wanted.
//
// The table is Linux's. Elsewhere an end of file may have Readable beside Hangup
// or instead of it. poll(2) on macOS says Hangup, with what is wanted, at the
// peer's half close already, and says nothing at all of interest 0. So a caller
// takes Hangup for a reason to read until the end, not for the end itself.
//
// With interest 0, a half close goes unnoticed until Readable is wanted again.
// A Hangup or Fault is reported at every Wait for as long as it lasts, so its
// registration has to be removed, or the loop spins.
//
// # Limits
//
// Select takes descriptors below 1024 (256 on NetBSD), and Poll on macOS at most
// 10 239 registrations; ErrTooManyDescriptors names the limit. A Wait costs Epoll
// what is ready, and Poll and Select what is registered. poll(2) on macOS does
// not support terminals.
//
// One open file can stand in 500 registrations of Epoll, all Pollers counted,
// by way of duplicated or inherited descriptors; then Add answers EINVAL. That is
// Linux's limit for an epoll instance that is itself waited for, as here.
package poller
