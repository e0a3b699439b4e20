package chain_test

import (
	"os"
	"testing"
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
