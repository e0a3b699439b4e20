package rows_test

import (
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// keep holds what a contender makes, so that the compiler cannot leave it on the
// stack, where a value that others wait for never is.
var keep any
