package chain

import (
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// protect calls f, which is the user's, and then told with what cut f short:
// nil, its panic, or deferred.ErrGoexit if it is ending its goroutine. Here is
// where this package calls user code of which more hangs than its own result. A
// panic becomes a failure, as that of a callback does.
func protect(f func(), told func(err error)) {
	returned := false
	defer func() {
		switch v := recover(); {
		case v != nil:
			told(failure.Recovered(v))
		case !returned:
			told(failure.New(deferred.ErrGoexit))
		default:
			told(nil)
		}
	}()
	f()
	returned = true
}

// attempt calls f and then got with the Deferred that f returned, or with one
// that has failed with what cut f short. A nil Deferred counts as a panic.
func attempt[T any](name string, f func() *deferred.Deferred[T], got func(*deferred.Deferred[T])) {
	var d *deferred.Deferred[T]
	protect(func() { d = present(name, f()) }, func(err error) {
		if err != nil {
			d = deferred.Fail[T](err)
		}
		got(d)
	})
}

// present refuses a nil Deferred that a function of the user's returned.
func present[T any](name string, d *deferred.Deferred[T]) *deferred.Deferred[T] {
	if d == nil {
		panic("chain: " + name + " of a function that returned a nil Deferred")
	}
	return d
}
