package failure_test

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain makes sure that the package starts nothing that goes on after it.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}
