//go:build race && unix

package reactor_test

import (
	"context"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/reactor"
)

// TestOffLoopUseIsReported makes each use from another goroutine in a child of its
// own, and the race detector has to report those that are forbidden, and no
// others.
func TestOffLoopUseIsReported(t *testing.T) {
	tests := []struct {
		name     string
		methods  []string
		reported bool
	}{
		{"loop goroutine only", slices.Sorted(maps.Keys(offLoopUses(nil, nil, reactor.Trigger{}))), true},
		{"any goroutine", slices.Sorted(maps.Keys(anyGoroutineUses(nil))), false},
	}
	for _, test := range tests {
		for _, method := range test.methods {
			t.Run(test.name+"/"+method, func(t *testing.T) {
				reported, out, err := offLoop(t, method)
				// The detector remembers a few accesses to each word of memory, and
				// forgets one at random for a new one. So it misses a race now and
				// then, but not again and again.
				for tries := 1; test.reported && !reported && tries < 4; tries++ {
					reported, out, err = offLoop(t, method)
				}
				if reported != test.reported {
					t.Errorf("reported: %v, want %v (%v)\n%s", reported, test.reported, err, out)
				}
				if err != nil && !test.reported {
					t.Error(err)
				}
			})
		}
	}
}

// offLoop has a child make the use of a method, and tells what came of it.
func offLoop(t *testing.T, method string) (reported bool, out string, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	child := exec.CommandContext(ctx, os.Args[0])
	child.Env = childEnv("offloop " + method)
	text, err := child.CombinedOutput()
	return strings.Contains(string(text), "DATA RACE"), string(text), err
}
