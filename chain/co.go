package chain

import "github.com/spindle-go/spindle/deferred"

// Co is a coroutine's own view of itself, which [Async] gives to its function for
// [Await]. It is of use in that function alone, on the goroutine of the coroutine:
// anywhere else, and after the function's end, Await panics with a text that says
// so. The zero value is of no use.
type Co struct {
	strand strand
	yield  func(struct{}) bool // holds the coroutine up; false if it is to end
	inbox  any                 // the Inbox of the last wait, which serves the next one of its type
	over   bool
}

// strand is what a Co needs of its deferred.Strand, which has a type.
type strand interface {
	deferred.Waiter
	Here() bool
	MayWait() bool
}

// check panics if the caller is not the coroutine.
func (co *Co) check() {
	switch {
	case co == nil || co.strand == nil && !co.over:
		panic("chain: Await with a Co that no Async made")
	case co.over:
		panic("chain: Await with the Co of a coroutine that has ended")
	case !co.strand.Here():
		panic("chain: Await with a Co outside its own coroutine")
	}
}

// hold holds the coroutine up until it is told to proceed.
func (co *Co) hold() {
	if !co.yield(struct{}{}) {
		panic(deferred.ErrAbandoned)
	}
}

// inboxOf returns the inbox for a wait for a T.
func inboxOf[T any](co *Co) *deferred.Inbox[T] {
	in, ok := co.inbox.(*deferred.Inbox[T])
	if !ok {
		in = deferred.NewInbox[T](co.strand)
		co.inbox = in
	}
	return in
}
