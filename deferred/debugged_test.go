package deferred_test

import (
	"errors"
	"os"
	"testing"

	"github.com/spindle-go/spindle/deferred"
)

// debugged reports whether the whole suite runs in debug mode.
func debugged() bool { return os.Getenv("SPINDLE_DEBUG") == "1" }

// skipInDebug skips a test of what things cost.
func skipInDebug(t *testing.T) {
	t.Helper()
	if debugged() {
		t.Skip("SKIPPED: SPINDLE_DEBUG=1: debug mode has its price, so what is asserted here does not hold")
	}
}

// debugMode has debug mode on until the test ends.
func debugMode(t testing.TB) {
	deferred.SetDebug(true)
	t.Cleanup(func() { deferred.SetDebug(debugged()) })
}

// plain is err with the text that it has without debug mode.
func plain(err error) error {
	if errors.Is(err, deferred.ErrAlreadyCalled) {
		return deferred.ErrAlreadyCalled
	}
	return err
}
