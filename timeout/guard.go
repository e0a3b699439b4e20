package timeout

import (
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// guarded calls f, a function of the user's, and gives what it answered or what
// became of it instead. Loop and Retry call what they were given through it and
// nowhere else.
//
// A panic is a failure, with its stack: who waits for the Deferred of a loop or
// of a retry must hear of it, and the clock's other calls are none of its
// affair. After runtime.Goexit, as testing's FailNow calls it, nothing is
// returned to anybody; gone is called then with deferred.ErrGoexit, on the
// goroutine that is about to end, so that the Deferred fires and no delayed
// call stays behind. (If f was called from a callback, the Deferred of that
// callback fails with it as well.)
func guarded[A, R any](f func(A) R, a A, gone func(*failure.Failure)) (answer R, broken *failure.Failure) {
	returned := false
	defer func() {
		if returned {
			return
		}
		if v := recover(); v != nil {
			broken = failure.Recovered(v)
			return
		}
		gone(failure.New(deferred.ErrGoexit))
	}()
	answer = f(a)
	returned = true
	return answer, nil
}
