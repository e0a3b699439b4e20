package deferred

import "github.com/spindle-go/spindle/failure"

// AddCallbacks appends a pair: cb is called with a value, eb with a failure,
// and what it returns is the result for the next handler. An error returned is a
// failure; a panic is a failure with its stack; return inner.Chain() makes d
// wait for inner. Exactly one of the pair is called, so eb never sees a failure
// of its own cb. A nil function passes the result through; two panic.
//
// If d has fired and nothing holds it back the pair runs before AddCallbacks
// returns. Called from inside a handler of d it appends only. It returns d.
//
// Adding handlers costs no allocation for the first two (a pair counts as two).
// Further ones go into blocks, the first with room for nine (192 bytes) and each one after
// it for 64 (1280 bytes). A block is one that another Deferred is done with, if there is
// any, and otherwise an allocation.
func (d *Deferred[T]) AddCallbacks(cb func(T) (T, error), eb func(*failure.Failure) (T, error)) *Deferred[T] {
	switch {
	case cb == nil && eb == nil:
		panic("deferred: AddCallbacks with neither a callback nor an errback")
	case eb == nil:
		return d.AddCallback(cb)
	case cb == nil:
		return d.AddErrback(eb)
	}
	if d.marks&traced != 0 || watching() {
		return d.add(&union[T]{cb, eb})
	}
	d.handlers.push(pair[T](cb))
	return d.add(errback[T](eb))
}

// AddCallback appends cb, which is called when the result is a value; a failure
// passes by. See AddCallbacks.
func (d *Deferred[T]) AddCallback(cb func(T) (T, error)) *Deferred[T] {
	if cb == nil {
		panic("deferred: AddCallback with a nil function")
	}
	return d.add(callback[T](cb))
}

// AddErrback appends eb, which is called when the result is a failure; a value
// passes by. What eb returns without an error is a value again. See
// AddCallbacks.
func (d *Deferred[T]) AddErrback(eb func(*failure.Failure) (T, error)) *Deferred[T] {
	if eb == nil {
		panic("deferred: AddErrback with a nil function")
	}
	return d.add(errback[T](eb))
}

// AddBoth appends f, which is called with either result: with the value and a
// nil error, or with the zero value and an error that is a *failure.Failure.
// `return v, err` passes the result on. See AddCallbacks.
func (d *Deferred[T]) AddBoth(f func(T, error) (T, error)) *Deferred[T] {
	if f == nil {
		panic("deferred: AddBoth with a nil function")
	}
	return d.add(both[T](f))
}

// Tap appends f, which looks at a value and passes it on; a failure passes by.
func (d *Deferred[T]) Tap(f func(T)) *Deferred[T] {
	if f == nil {
		panic("deferred: Tap with a nil function")
	}
	return d.add(tap[T](f))
}

// Catch appends f, which handles a failure; the result is then the zero value.
// A value passes by.
func (d *Deferred[T]) Catch(f func(*failure.Failure)) *Deferred[T] {
	if f == nil {
		panic("deferred: Catch with a nil function")
	}
	return d.add(catch[T](f))
}

// Finally appends f, which is called whatever the result is; the result passes
// on, unless f panics.
func (d *Deferred[T]) Finally(f func()) *Deferred[T] {
	if f == nil {
		panic("deferred: Finally with a nil function")
	}
	return d.add(finally[T](f))
}

// add appends h and runs it at once if d is at rest.
func (d *Deferred[T]) add(h handler[T]) *Deferred[T] {
	hs := &d.handlers // push, where that is all there is to it
	if d.marks&traced != 0 {
		d.push(h)
	} else if b, several := hs.second.(*blocks[T]); several && int(b.end) < len(b.slots) {
		b.slots[b.end] = h
		b.end++
	} else if hs.empty() && !watching() {
		hs.first = h
	} else {
		d.push(h)
	}
	if d.state == settled {
		d.start()
	}
	return d
}

// push appends h, and leaves it at that. The zero value gets its record with its
// first handler.
func (d *Deferred[T]) push(h handler[T]) {
	switch hs := &d.handlers; {
	case d.marks&traced != 0:
		d.pushNoted(h)
	case hs.second != nil:
		hs.overflow(h)
	case hs.first != nil:
		hs.second = h
	case watching():
		d.pushNoted(h)
	default:
		hs.first = h
	}
}

// The handlers that users add. Each is the user's function under another type,
// so that it fits into an interface without an allocation.
type (
	callback[T any] func(T) (T, error)
	errback[T any]  func(*failure.Failure) (T, error)
	pair[T any]     func(T) (T, error) // a callback whose errback is the next in the list
	both[T any]     func(T, error) (T, error)
	tap[T any]      func(T)
	catch[T any]    func(*failure.Failure)
	finally[T any]  func()
	thunk[T any]    func() (T, error) // what Maybe runs
)

// union is a pair as one handler, for a Deferred with a record.
type union[T any] struct {
	cb func(T) (T, error)
	eb func(*failure.Failure) (T, error)
}

func (h callback[T]) handle(d *Deferred[T]) node {
	if d.failed() != nil {
		return nil
	}
	v, err := h(d.value)
	if err == nil {
		d.value = v
		return nil
	}
	d.answerError(v, err, h)
	return nil
}

func (h errback[T]) handle(d *Deferred[T]) node {
	if f := d.failed(); f != nil {
		v, err := h(f)
		d.answer(v, err, h)
	}
	return nil
}

func (h pair[T]) handle(d *Deferred[T]) node {
	eb := d.handlers.pop()
	if d.failed() != nil {
		return eb.handle(d)
	}
	return callback[T](h).handle(d)
}

func (p *union[T]) handle(d *Deferred[T]) node {
	if d.failed() != nil {
		return errback[T](p.eb).handle(d)
	}
	return callback[T](p.cb).handle(d)
}

func (h both[T]) handle(d *Deferred[T]) node {
	v, err := h(d.value, d.err())
	d.answer(v, err, h)
	return nil
}

func (h tap[T]) handle(d *Deferred[T]) node {
	if d.failed() == nil {
		h(d.value)
	}
	return nil
}

func (h catch[T]) handle(d *Deferred[T]) node {
	if f := d.failed(); f != nil {
		h(f)
		d.succeed(*new(T))
	}
	return nil
}

func (h finally[T]) handle(*Deferred[T]) node {
	h()
	return nil
}

func (h thunk[T]) handle(d *Deferred[T]) node {
	v, err := h()
	d.answer(v, err, h)
	return nil
}
