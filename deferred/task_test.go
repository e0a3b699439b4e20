package deferred_test

import (
	"bytes"
	"runtime/trace"
	"testing"

	"github.com/spindle-go/spindle/deferred"
)

// TestTrace records a trace and looks for the names in it, in which go tool
// trace shows them: a task for a chain, and a region for each callback.
func TestTrace(t *testing.T) {
	if trace.IsEnabled() {
		t.Skip("a trace is being recorded already")
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
	recorded := record(func() {
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
	if len(pendingHere("made")) > 0 && !debugged() {
		t.Error("what is only there for the trace is listed by Pending")
	}
}

func tracedStep(v int) (int, error) { return v, nil }
