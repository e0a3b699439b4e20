package netxtest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/netx/netxtest"
	"github.com/spindle-go/spindle/timeout"
)

// A kind of connection is held to the rules by a test like this one.
func ExampleTestConn() {
	_ = func(t *testing.T) { // func TestConn(t *testing.T)
		netxtest.TestConn(t, func(t testing.TB) netxtest.World { return netxtest.NewPairWorld(t) })
	}
}

func ExampleRecorder() {
	clock := timeout.NewVirtualClock(time.Unix(0, 0))
	a, b := &netxtest.Recorder{}, &netxtest.HalfRecorder{}
	netx.Pair(clock, a, b)
	_, _ = a.Conn.WriteString("hello")
	_ = a.Conn.Close()
	clock.Advance(0)
	fmt.Println(a.Story())
	fmt.Println(b.Story(), b.Data.String())
	// Output:
	// made, lost: done
	// made, read closed hello
}
