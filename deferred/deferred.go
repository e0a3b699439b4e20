package deferred

import (
	"sync/atomic"

	"github.com/spindle-go/spindle/failure"
)

// Deferred is a result of type T that is there later, once, and the handlers
// that it goes through. [New] makes one that somebody fires with Callback or
// Errback; the zero value is one too, without a canceller.
//
// A Deferred belongs to one goroutine at a time and has no lock: unless its own
// comment says otherwise, a method is called on the goroutine of the loop that
// the Deferred works for. It must not be copied after first use.
//
// It takes 56 bytes and the size of T, with room for two handlers; further ones
// go into blocks, see AddCallbacks.
type Deferred[T any] struct {
	value T

	// other is what else there is to know, which depends on the state: while
	// pending the canceller or Canceller, if any; while bound or waiting the node
	// that the result comes from, or the strand; with a result the
	// *failure.Failure if it is one, and value is the zero value then; otherwise
	// nil. One word for all of it saves a size class of the allocator.
	other any

	handlers handlers[T]
	state    state
	marks    mark
	pauses   uint16

	// ticket is not zero while the failure is with the unhandled tracker, which
	// may look at it from another goroutine.
	ticket atomic.Uint32
}

// New returns a Deferred that has not fired. Cancel calls the canceller, if one
// is given, with the Deferred; see Cancel for the rules. More than one canceller
// panics.
//
// Any goroutine may call it. It costs one allocation.
func New[T any](cancel ...func(*Deferred[T])) *Deferred[T] {
	if len(cancel) != 0 || atomic.LoadUint32(&attention) != 0 {
		return outfit(cancel)
	}
	return &Deferred[T]{}
}

// outfit is New for a Deferred with a canceller or a record. It is apart, so that
// the compiler can put the rest of New into its caller.
func outfit[T any](cancel []func(*Deferred[T])) *Deferred[T] {
	d := &Deferred[T]{}
	switch {
	case len(cancel) > 1:
		panic("deferred: New with more than one canceller")
	case len(cancel) == 1 && cancel[0] != nil:
		d.other = canceller[T](cancel[0])
	}
	if watching() {
		d.watch(nil)
	}
	return d
}

// Succeed returns a Deferred that has fired with v.
//
// Any goroutine may call it. It costs one allocation.
func Succeed[T any](v T) *Deferred[T] {
	if atomic.LoadUint32(&attention) != 0 {
		return succeed(v)
	}
	return &Deferred[T]{value: v, state: settled}
}

// succeed is Succeed for a Deferred with a record; apart for the same reason as
// outfit.
//
//go:noinline
func succeed[T any](v T) *Deferred[T] {
	d := &Deferred[T]{value: v, state: settled}
	d.watch(nil)
	return d
}

// Fail returns a Deferred that has fired with err, which becomes a
// failure.Failure born at the caller if it is none. A nil err panics.
//
// Like every failure with nobody to handle it, it is reported as unhandled
// unless it gets an errback, see [SetUnhandledHandler].
//
// Any goroutine may call it.
func Fail[T any](err error) *Deferred[T] {
	d := &Deferred[T]{other: reason(err, "Fail"), state: settled}
	if watching() {
		d.watch(nil)
		d.noteBirth()
	}
	d.start()
	return d
}

// Maybe calls f now and returns a Deferred of what came of it: the value, the
// error, the panic, or, when f answered with Chain, the result of that Deferred
// once it is there. It is Twisted's maybeDeferred.
func Maybe[T any](f func() (T, error)) *Deferred[T] {
	if f == nil {
		panic("deferred: Maybe of a nil function")
	}
	d := &Deferred[T]{state: settled}
	if watching() {
		d.watch(nil)
	}
	return d.add(thunk[T](f))
}

// Called reports whether d was fired, be it that its result still waits for
// another Deferred. One made by Then counts as fired when its source has handed
// over.
func (d *Deferred[T]) Called() bool { return d.state.called() }

// reason turns err into a Failure, and refuses what is none.
func reason(err error, name string) *failure.Failure {
	if err == nil {
		panic("deferred: " + name + " with a nil error")
	}
	if r, ok := err.(chainRequest); ok { //nolint:errorlint // a chain request is never wrapped
		panic("deferred: " + name + " with the answer of Chain, which may only be returned from a callback: " + r.wish())
	}
	return failure.New(err)
}
