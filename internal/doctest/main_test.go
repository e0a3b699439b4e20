package doctest_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	// What the pages show is what programs print without debug mode. This comes
	// before any test, so that no program inherits it.
	if err := os.Unsetenv("SPINDLE_DEBUG"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}
