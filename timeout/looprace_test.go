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

// offLoopLoop is offLoop for the uses of a Loop.
const offLoopLoop = "SPINDLE_TIMEOUT_OFF_LOOP_LOOP"

// offLoopLoopUses are methods that touch no clock on a loop that does not run.
var offLoopLoopUses = map[string]func(l *timeout.Loop){
	"Running": func(l *timeout.Loop) { l.Running() },
	"Stop":    func(l *timeout.Loop) { _ = l.Stop() },  // ErrLoopNotRunning
	"Reset":   func(l *timeout.Loop) { _ = l.Reset() }, // the same
}

// TestOffLoopUseOfLoopIsReported starts itself once for each of these uses, and
// the race detector has to end it.
func TestOffLoopUseOfLoopIsReported(t *testing.T) {
	for name := range offLoopLoopUses {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			child := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestOffLoopUseOfLoop$")
			child.Env = append(os.Environ(), offLoopLoop+"="+name)
			out, err := child.CombinedOutput()
			if !strings.Contains(string(out), "DATA RACE") {
				t.Errorf("the use went unnoticed (%v):\n%s", err, out)
			}
		})
	}
}

// TestOffLoopUseOfLoop is the child: two goroutines make the same use, with
// nothing between them.
func TestOffLoopUseOfLoop(t *testing.T) {
	use, ok := offLoopLoopUses[os.Getenv(offLoopLoop)]
	if !ok {
		return // not the child
	}
	l := timeout.NewLoop(timeout.NewVirtualClock(start), func(int) done { return nil })
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() { use(l) })
	}
	both.Wait()
}
