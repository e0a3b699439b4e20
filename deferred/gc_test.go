package deferred_test

import (
	"context"
	"runtime"
	"testing"
	"time"
)

// patience is how long a test waits for an event that must come.
const patience = 20 * time.Second

// collected returns a channel that is closed when p was collected.
func collected[T any](p *T) <-chan struct{} {
	gone := make(chan struct{})
	runtime.AddCleanup(p, func(gone chan struct{}) { close(gone) }, gone)
	return gone
}

// waitForGC collects until the event has come.
func waitForGC(t *testing.T, event <-chan struct{}, what string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		runtime.GC()
		// Cleanups run on a goroutine of their own, which needs a turn.
		runtime.Gosched()
		select {
		case <-event:
			return
		case <-ctx.Done():
			t.Fatalf("not within %v: %s", patience, what)
		default:
		}
	}
}
