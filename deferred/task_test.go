package deferred_test

import (
	"bytes"
	"runtime"
	"runtime/trace"
	"testing"

	"github.com/spindle-go/spindle/deferred"
)

// TestTrace records a trace and looks for the names in it, in which go tool
// trace shows them: a task for a chain, and a region for each callback.
func TestTrace(t *testing.T) {
	if trace.IsEnabled() {
		t.Skip("SKIPPED: a trace is being recorded already, so nothing is known of what is in one")
	}
	deferred.SetDebug(false)
	t.Cleanup(func() { deferred.SetDebug(debugged()) })
	record := func(do func()) []byte {
		var buffer bytes.Buffer
		if err := trace.Start(&buffer); err != nil {
			t.Fatal(err)
		}
		do()
		trace.Stop()
		return buffer.Bytes()
	}
	var unfired *number
	recorded := record(func() {
		unfired = made().AddCallback(increment) // counts as made here, where the trace is noticed
		d := made()
		out := deferred.Then(d.AddCallback(increment).AddCallback(tracedStep), worded)
		_ = d.Callback(1)
		second := made()
		deferred.Maybe(second.Chain)
		_ = second.Callback(1)
		_ = out
	})
	for _, name := range []string{
		"Deferred[int] deferred_test.made", "Deferred[string] deferred_test.TestTrace",
		"deferred_test.increment", "deferred_test.tracedStep", "deferred_test.worded",
	} {
		if !bytes.Contains(recorded, []byte(name)) {
			t.Errorf("the trace has no %q", name)
		}
	}
	if len(pendingHere("TestTrace.")) > 0 && !debugged() {
		t.Error("what is only there for the trace is listed by Pending")
	}
	runtime.KeepAlive(unfired)
}

func tracedStep(v int) (int, error) { return v, nil }
