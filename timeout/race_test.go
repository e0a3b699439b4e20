//go:build race

package timeout_test

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/spindle-go/spindle/timeout"
)

// offLoop names, for the child process, the use from another goroutine that it
// should make.
const offLoop = "SPINDLE_TIMEOUT_OFF_LOOP"

// offLoopUses are methods that look harmless: none of them changes what another
// would read.
var offLoopUses = map[string]func(q *timeout.Queue, c *timeout.DelayedCall, clock *timeout.VirtualClock){
	"Queue.Len":          func(q *timeout.Queue, _ *timeout.DelayedCall, _ *timeout.VirtualClock) { q.Len() },
	"Queue.Next":         func(q *timeout.Queue, _ *timeout.DelayedCall, _ *timeout.VirtualClock) { q.Next() },
	"Queue.Mark":         func(q *timeout.Queue, _ *timeout.DelayedCall, _ *timeout.VirtualClock) { q.Mark() },
	"Queue.Calls":        func(q *timeout.Queue, _ *timeout.DelayedCall, _ *timeout.VirtualClock) { q.Calls() },
	"DelayedCall.Active": func(_ *timeout.Queue, c *timeout.DelayedCall, _ *timeout.VirtualClock) { c.Active() },
	"DelayedCall.Time":   func(_ *timeout.Queue, c *timeout.DelayedCall, _ *timeout.VirtualClock) { c.Time() },
	"VirtualClock.Now":   func(_ *timeout.Queue, _ *timeout.DelayedCall, clock *timeout.VirtualClock) { clock.Now() },
	"VirtualClock.Calls": func(_ *timeout.Queue, _ *timeout.DelayedCall, clock *timeout.VirtualClock) { clock.Calls() },
}

// TestOffLoopUseIsReported starts itself once for each of these uses, and the
// race detector has to end it.
func TestOffLoopUseIsReported(t *testing.T) {
	for name := range offLoopUses {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			child := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestOffLoopUse$")
			child.Env = append(os.Environ(), offLoop+"="+name)
			out, err := child.CombinedOutput()
			if !strings.Contains(string(out), "DATA RACE") {
				t.Errorf("the use went unnoticed (%v):\n%s", err, out)
			}
		})
	}
}

// TestOffLoopUse is the child: two goroutines make the same use, with nothing
// between them.
func TestOffLoopUse(t *testing.T) {
	use, ok := offLoopUses[os.Getenv(offLoop)]
	if !ok {
		return // not the child
	}
	clock := timeout.NewVirtualClock(start)
	q := benchQueue()
	c := q.Add(0, nothing)
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() { use(q, c, clock) })
	}
	both.Wait()
}
