package chain

import (
	"fmt"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// Fork returns n Deferreds that each fire with d's result, in order. It is for a
// result that several want to wait for: each of them has a Deferred of its own,
// which may be chained, changed and cancelled as if the others were not there.
// What they share is the value itself, which is not copied.
//
// The result is moved: Fork is d's consumer, so d is left with the zero value,
// and if d has a consumer all fail with deferred.ErrAlreadyChained. A failure
// becomes that of each, and is to be handled in each. With n of 0 d is left
// alone; a nil d and a negative n panic.
//
// A Cancel of one makes that one fail with deferred.ErrCancelled and leaves the
// others and d alone, as long as one is left that wants the result. A Cancel of
// that last one is passed on to d, and it fires from what comes of that.
//
// Loop goroutine only: that of d. It costs an allocation for each of n and five
// more. Twisted has nothing like it: there a second consumer gets None.
func Fork[T any](d *deferred.Deferred[T], n int) []*deferred.Deferred[T] {
	switch {
	case d == nil:
		panic("chain: Fork of a nil Deferred")
	case n < 0:
		panic(fmt.Sprintf("chain: Fork into %d", n))
	}
	outs := make([]*deferred.Deferred[T], n)
	if n == 0 {
		return outs
	}
	f := &fork[T]{prongs: make([]*prong[T], n), left: n}
	for i := range outs {
		p := &prong[T]{fork: f}
		f.prongs[i] = p
		outs[i] = p.out.PassCancelTo(p)
	}
	f.source = deferred.ThenBoth(d, f.told)
	return outs
}

// fork is where a result goes several ways.
type fork[T any] struct {
	source *deferred.Deferred[struct{}] // bound to the Deferred that was forked
	prongs []*prong[T]                  // that have not been fired with the result
	left   int                          // how many have not been cancelled
	firing pump

	// There is a result, and this is it.
	over  bool
	value T
	err   error
}

// told is called with the result.
func (f *fork[T]) told(v T, err error) (struct{}, error) {
	f.over, f.value, f.err = true, v, err
	f.firing.work(f)
	return struct{}{}, nil
}

// step fires the next of the Deferreds. One that was cancelled refuses.
func (f *fork[T]) step() bool {
	if len(f.prongs) == 0 {
		f.value, f.err = *new(T), nil
		return false
	}
	p := f.prongs[0]
	f.prongs[0] = nil
	f.prongs = f.prongs[1:]
	if f.err != nil {
		_ = p.out.Errback(f.err)
	} else {
		_ = p.out.Callback(f.value)
	}
	return true
}

// prong is one of the ways.
type prong[T any] struct {
	out  deferred.Deferred[T]
	fork *fork[T]
}

// Cancel implements deferred.Canceller.
func (p *prong[T]) Cancel() {
	f := p.fork
	if f.left == 1 && !f.over {
		f.source.Cancel()
		return
	}
	f.left--
	_ = p.out.Errback(failure.At(deferred.ErrCancelled, 0)) // it is cancelled as long as it has not fired
}
