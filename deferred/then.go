package deferred

import "github.com/spindle-go/spindle/failure"

// Then returns a Deferred of what cb makes of d's value. A failure of d passes
// by cb and becomes its result. cb answers with a value, an error, or the Chain
// of another Deferred, as a callback does, but may change the type.
//
// The result is moved: d is left with the zero value. Then is d's consumer, so
// for a second one the new Deferred fails with ErrAlreadyChained. A Cancel of
// the new Deferred cancels what it waits for: d, and later what cb chained to.
//
// It costs one allocation.
func Then[T, U any](d *Deferred[T], cb func(T) (U, error)) *Deferred[U] {
	if cb == nil {
		panic("deferred: Then with a nil function")
	}
	s := &step[T, U]{cb: cb}
	if attentive() {
		s.out.watch(d)
	}
	s.out.push((*begin[T, U])(s))
	attach(d, s, &s.out)
	return &s.out
}

// ThenBoth is Then for either result: f is called with the value and a nil
// error, or with the zero value and an error that is a *failure.Failure.
func ThenBoth[T, U any](d *Deferred[T], f func(T, error) (U, error)) *Deferred[U] {
	if f == nil {
		panic("deferred: ThenBoth with a nil function")
	}
	s := &stepBoth[T, U]{f: f}
	if attentive() {
		s.out.watch(d)
	}
	s.out.push((*beginBoth[T, U])(s))
	attach(d, s, &s.out)
	return &s.out
}

// attach puts a step into d's list and binds its Deferred to d.
func attach[T, U any](d *Deferred[T], h handler[T], out *Deferred[U]) {
	if !d.claim() {
		f := failure.New(ErrAlreadyChained)
		if out.marks&traced != 0 {
			f = out.noteResult(f)
		}
		out.settle(*new(U), f, 0)
		out.start()
		return
	}
	if d.marks&traced == 0 && d.atRest() {
		h.handle(d) // at once: it runs nobody's code, and needs no guard
		out.start()
		return
	}
	out.state = bound
	out.other = d
	if out.marks&traced != 0 {
		d.watchFirst()
		out.noteWait(d)
	}
	d.add(h)
}

// step is Then's handler in the list of the source, with the Deferred that Then
// returns inside, so that both are one allocation. The same pointer as a begin is
// the first handler of that Deferred: the callback runs there, under its guard,
// and a panic or a wait is its affair and not the source's.
type step[T, U any] struct {
	out Deferred[U]
	v   T
	cb  func(T) (U, error)
}

// handle takes the source's result along.
func (s *step[T, U]) handle(d *Deferred[T]) node {
	v, f, seen := d.take()
	s.v = v
	if s.out.marks&traced != 0 {
		f = s.out.noteResult(f)
	}
	s.out.settle(*new(U), f, seen)
	return &s.out
}

func (s *step[T, U]) consumer() node { return &s.out }

type begin[T, U any] step[T, U]

// handle calls the callback, or lets the source's failure pass.
func (s *begin[T, U]) handle(out *Deferred[U]) node {
	v, cb := s.v, s.cb
	s.v, s.cb = *new(T), nil
	if out.failed() == nil {
		u, err := cb(v)
		out.answer(u, err, cb)
	}
	return nil
}

// stepBoth is step for ThenBoth.
type stepBoth[T, U any] struct {
	out Deferred[U]
	v   T
	f   func(T, error) (U, error)
}

func (s *stepBoth[T, U]) handle(d *Deferred[T]) node {
	v, f, seen := d.take()
	s.v = v
	if s.out.marks&traced != 0 {
		f = s.out.noteResult(f)
	}
	s.out.settle(*new(U), f, seen)
	return &s.out
}

func (s *stepBoth[T, U]) consumer() node { return &s.out }

type beginBoth[T, U any] stepBoth[T, U]

// handle calls the function with the value or with the failure, which stands in
// out already.
func (s *beginBoth[T, U]) handle(out *Deferred[U]) node {
	v, f := s.v, s.f
	s.v, s.f = *new(T), nil
	u, err := f(v, out.err())
	out.answer(u, err, f)
	return nil
}
