package deferred_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain makes sure that the package starts nothing that goes on after it. With
// millionEnv in the environment the binary is the child of TestMillion.
func TestMain(m *testing.M) {
	if name := os.Getenv(millionEnv); name != "" {
		runMillion(name)
		return
	}
	goleak.VerifyTestMain(m)
}
