package chain

import (
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// FromChan receives once from ch, and returns a Deferred that fires with what
// came: at once if there is something, otherwise on caller's loop. If ch is
// closed it fails with ErrChanClosed.
//
// A Cancel ends the receiving. No value is lost by that: one that was received
// already is the result, and otherwise it fails with deferred.ErrCancelled. If
// the loop has stopped when a value comes, that value is lost.
//
// As long as it waits it costs a goroutine, which ends when something comes or
// with a Cancel: there is none left when Cancel returns. For that Cancel waits,
// for as long as it takes a goroutine to wake up. Of several that wait for one
// channel each gets another value, but not in a certain order. A nil ch waits
// for its Cancel; a nil caller panics.
//
// Loop goroutine only: that of caller.
func FromChan[T any](ch <-chan T, caller Caller) *deferred.Deferred[T] {
	requireBridge("FromChan", true, caller)
	select {
	case v, ok := <-ch:
		r := &receiver[T]{v: v, came: true, open: ok}
		r.fire()
		return &r.out
	default:
	}
	r := &receiver[T]{quit: make(chan struct{}), done: make(chan struct{})}
	r.out.PassCancelTo(r)
	go r.receive(ch, caller)
	return &r.out
}

// receiver is one receive.
type receiver[T any] struct {
	quit chan struct{} // closed by the loop
	done chan struct{} // closed by the goroutine

	// Written by the goroutine before done is closed, read by the loop after.
	v    T
	came bool // something has come: v, or the end of the channel
	open bool

	// Loop goroutine only.
	out deferred.Deferred[T]
}

// receive is the goroutine. The loop owns it, by way of quit.
func (r *receiver[T]) receive(ch <-chan T, caller Caller) {
	select {
	case r.v, r.open = <-ch:
		r.came = true
	case <-r.quit:
	}
	close(r.done)
	if r.came {
		_ = caller.CallFromThread(r.fire) // when the loop has stopped there is nobody to tell
	}
}

// fire fires out with what came. If a Cancel has done that it is refused.
func (r *receiver[T]) fire() {
	if r.open {
		_ = r.out.Callback(r.v)
	} else {
		_ = r.out.Errback(failure.At(ErrChanClosed, 0))
	}
}

// Cancel implements deferred.Canceller. It waits for the goroutine, which cannot
// block any more, since only that knows whether it has received something.
func (r *receiver[T]) Cancel() {
	close(r.quit)
	<-r.done
	if r.came {
		r.fire()
	} else {
		_ = r.out.Errback(failure.At(deferred.ErrCancelled, 0)) // it is cancelled as long as it has not fired
	}
}
