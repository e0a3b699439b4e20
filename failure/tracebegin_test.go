package failure_test

import (
	"iter"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/failure"
)

// TestTracebackLeavesOutHowGoroutinesBegin is about what stands at the end of a
// trace.
func TestTracebackLeavesOutHowGoroutinesBegin(t *testing.T) {
	rows := []struct {
		name string
		fail func() *failure.Failure
		last string
	}{
		{"a goroutine", func() *failure.Failure {
			made := make(chan *failure.Failure)
			go onGoroutine(made)
			return <-made
		}, "onGoroutine"},
		{"iter.Pull", func() *failure.Failure {
			next, stop := iter.Pull(inPull)
			defer stop()
			f, _ := next()
			return f
		}, "inPull"},
		{"iter.Pull2", func() *failure.Failure {
			next, stop := iter.Pull2(inPull2)
			defer stop()
			_, f, _ := next()
			return f
		}, "inPull2"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			lines := functions(row.fail())
			if last := lines[len(lines)-1]; last != "    at "+row.last {
				t.Errorf("the trace ends with %q, not with %s:\n%s", last, row.last, strings.Join(lines, "\n"))
			}
		})
	}
}

func onGoroutine(made chan<- *failure.Failure) { made <- failure.New(errPlain) }

func inPull(yield func(*failure.Failure) bool) { yield(failure.New(errPlain)) }

func inPull2(yield func(int, *failure.Failure) bool) { yield(0, failure.New(errPlain)) }
