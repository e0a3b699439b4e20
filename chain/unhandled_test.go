package chain_test

import (
	"sync"
	"testing"

	"github.com/spindle-go/spindle/deferred"
)

// collectUnhandled takes the reports of unhandled failures until the test ends.
// reports flushes, and returns those that came since the last call.
func collectUnhandled(t testing.TB) (reports func() journal) {
	t.Helper()
	deferred.FlushUnhandled() // what earlier tests left is not ours
	var mu sync.Mutex         // a report may come from the collector's goroutine
	var got journal
	deferred.SetUnhandledHandler(func(u deferred.Unhandled) {
		mu.Lock()
		defer mu.Unlock()
		got.add(text(0, u.Failure))
	})
	t.Cleanup(func() {
		deferred.FlushUnhandled()
		deferred.SetUnhandledHandler(nil)
	})
	return func() journal {
		deferred.FlushUnhandled()
		mu.Lock()
		defer mu.Unlock()
		took := got
		got = nil
		return took
	}
}
