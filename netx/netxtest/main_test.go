package netxtest_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/spindle-go/spindle/netx/netxtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestConnOnPair(t *testing.T) {
	netxtest.TestConn(t, func(t testing.TB) netxtest.World { return netxtest.NewPairWorld(t) })
}
