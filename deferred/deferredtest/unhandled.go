package deferredtest

import (
	"sync"
	"testing"

	"github.com/spindle-go/spindle/deferred"
)

// CheckUnhandled makes the test fail if, when it ends, a failure was left that
// nobody handled. It takes the place of the process's handler for unhandled
// failures until then, so tests that use it must not run in parallel.
func CheckUnhandled(t testing.TB) {
	t.Helper()
	deferred.FlushUnhandled() // what earlier tests left is not ours
	var mu sync.Mutex         // a loop on another goroutine may report
	var found []deferred.Unhandled
	deferred.SetUnhandledHandler(func(u deferred.Unhandled) {
		mu.Lock()
		defer mu.Unlock()
		found = append(found, u)
	})
	t.Cleanup(func() {
		deferred.FlushUnhandled()
		deferred.SetUnhandledHandler(nil)
		mu.Lock()
		defer mu.Unlock()
		for _, u := range found {
			t.Errorf("unhandled failure: %+v", u.Failure)
		}
	})
}
