package timeout

import (
	"time"

	"github.com/spindle-go/spindle/deferred"
)

// Sleep gives a Deferred that fires after d on the clock. A Cancel of it takes
// the delayed call off the clock at once, and the Deferred fails with
// deferred.ErrCancelled.
//
// Only the clock fires it: the delayed call panics when it finds the Deferred
// fired by somebody else, since then the two disagree about the time. A nil
// clock panics, and so does a negative d on the clocks of this project.
//
// It costs one delayed call and the Deferred. Loop goroutine only.
func Sleep(clock deferred.Clock, d time.Duration) *deferred.Deferred[struct{}] {
	return firedBy[struct{}](clock, d)
}

// Later calls f after d on the clock, and gives a Deferred of what came of it:
// the value, the error, the panic, or, when f answered with Chain, the result
// of that Deferred once it is there.
//
// A Cancel before f ran takes the delayed call off the clock, drops f, and the
// Deferred fails with deferred.ErrCancelled. A Cancel after that goes to the
// Deferred that f answered with. For the rest see Sleep; a nil f panics.
//
// It costs one delayed call and the Deferred. Loop goroutine only. It is
// Twisted's deferLater.
func Later[T any](clock deferred.Clock, d time.Duration, f func() (T, error)) *deferred.Deferred[T] {
	if f == nil {
		panic("timeout: Later needs a function, got nil")
	}
	return firedBy[T](clock, d).AddCallback(func(T) (T, error) { return f() })
}

// firedBy gives a Deferred that the clock fires with the zero value after d.
func firedBy[T any](clock deferred.Clock, d time.Duration) *deferred.Deferred[T] {
	if clock == nil {
		panic("timeout: Sleep and Later need a clock, got nil")
	}
	var stop func() bool
	result := deferred.New(func(*deferred.Deferred[T]) { stop() })
	stop = clock.AfterFunc(d, func() {
		if err := result.Callback(*new(T)); err != nil {
			panic("timeout: only the clock fires the Deferred of Sleep and Later: " + err.Error())
		}
	})
	return result
}
