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
				ctx, cancel := context.WithTimeout(t.Context(), patience)
				defer cancel()
				child := exec.CommandContext(ctx, os.Args[0])
				child.Env = childEnv("offloop " + method)
				out, err := child.CombinedOutput()
				if reported := strings.Contains(string(out), "DATA RACE"); reported != test.reported {
					t.Errorf("reported: %v, want %v (%v)\n%s", reported, test.reported, err, out)
				}
				if err != nil && !test.reported {
					t.Error(err)
				}
			})
		}
	}
}
