package chain_test

import (
	"strings"
	"testing"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred/deferredtest"
	"github.com/spindle-go/spindle/failure"
)

// bodyThatFails is a coroutine.
func bodyThatFails(*chain.Co) (int, error) { return 0, failure.New(errCoroutine) }

func TestTraceOfCoroutineEndsWithItsFunction(t *testing.T) {
	trace := deferredtest.FailureOf(t, chain.Async(bodyThatFails)).Traceback()
	trace, _, _ = strings.Cut(trace, "\n  its story:") // there is one in debug mode
	lines := strings.Split(trace, "\n")
	if len(lines) != 2 || !strings.Contains(lines[1], "bodyThatFails") {
		t.Errorf("want the text and one frame, got:\n%s", trace)
	}
}
