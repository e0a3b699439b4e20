package deferredtest

import (
	"testing"

	"github.com/spindle-go/spindle/deferred"
)

// CheckCoroutines makes the test fail if, when it ends, coroutines wait that were
// begun on its goroutine. They are ended then, so that their defers run and nothing
// of them stays. Those of a reactor that runs in the test belong to the reactor,
// which ends them itself.
//
// It is called on the goroutine of the test, where it makes a loop of it; see
// deferred.Turns. Tests that use it may run in parallel.
func CheckCoroutines(t testing.TB) {
	t.Helper()
	turns := deferred.NewTurns()
	t.Cleanup(func() {
		for _, text := range turns.Waiting() {
			t.Errorf("a coroutine was left waiting: %s", text)
		}
		turns.Close()
	})
}
