package chain

import (
	"errors"

	"github.com/spindle-go/spindle/deferred"
)

// Run calls f once it holds l, and releases l when the Deferred that f returned
// has fired, or f has panicked. The result is that of f's Deferred, which is
// moved. It is there after the Release: whoever waits for l next runs before the
// handlers of Run's Deferred do. Only where f was itself called by a hand-over,
// and its Deferred has fired at once, does the next one run after them, as it
// always does where a Release comes from inside a hand-over.
//
// A Cancel while l is waited for gives up the place in the line, and f is never
// called. A Cancel while f's Deferred is pending cancels that, and l is released
// when it has fired.
//
// If l cannot be released, since f did that already for instance, Run fails with
// what Release answered, joined with f's own failure if there is one. It fails
// with a panic's text, too, if f returns a nil Deferred. A nil l or f panics.
//
// Loop goroutine only: that of l. It is the run method of Twisted's locks.
func Run[T any](l Locker, f func() *deferred.Deferred[T]) *deferred.Deferred[T] {
	if l == nil || f == nil {
		panic("chain: Run with a nil Locker or function")
	}
	held := false
	return deferred.Then(l.Hold(), func(struct{}) (T, error) {
		held = true
		return present("Run", f()).Chain()
	}).AddBoth(func(v T, err error) (T, error) {
		if !held {
			return v, err
		}
		if releasing := l.Release(); releasing != nil {
			return v, errors.Join(err, releasing)
		}
		return v, err
	})
}
