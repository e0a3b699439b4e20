//go:build unix && !race

package reactor_test

import (
	"context"
	"os"
	"runtime"
	"testing"

	"github.com/spindle-go/spindle/threads"
)

// TestAllocationsOfDeferToThread goes to the pool and back, one job after the other:
// two allocations each, the Deferred in one of them, as its comment says.
func TestAllocationsOfDeferToThread(t *testing.T) {
	if os.Getenv("SPINDLE_DEBUG") == "1" {
		t.Skip("SPINDLE_DEBUG=1: debug mode allocates")
	}
	const warm, counted, each = 50, 2000, 2
	w := newWorld(t, pollers(t)[0])
	var before, after runtime.MemStats
	jobs := 0
	job := func(context.Context) (int, error) { return 1, nil }
	var next func(int) (int, error)
	next = func(v int) (int, error) {
		switch jobs++; jobs {
		case warm:
			runtime.ReadMemStats(&before)
		case warm + counted:
			runtime.ReadMemStats(&after)
			return v, w.r.Stop()
		}
		threads.DeferToThread(w.r, job).AddCallback(next)
		return v, nil
	}
	w.r.CallWhenRunning(func() { _, _ = next(0) })
	w.run()
	// The runtime has a few of its own, for collections.
	if got := after.Mallocs - before.Mallocs; got < counted*each || got > counted*each+counted/10 {
		t.Errorf("%d allocations for %d jobs, want %d for each", got, counted, each)
	}
}
