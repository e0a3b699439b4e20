package deferred

import (
	"context"
	"runtime/trace"
	"strings"
)

// task is what go tool trace shows of a Deferred: a task from the time it was
// made, or began to wait, until its last handler has run. In it, or in a task of
// its own when it was made by Then, lie the regions of its handlers.
type task struct {
	ctx  context.Context //nolint:containedctx // it only carries the number of the task to the regions
	task *trace.Task
}

// begin begins the task of r, if runtime/trace is recording and there is none.
// Inside the task of from, if that has one.
func (t *task) begin(r, from *record) {
	if t.ctx != nil || !trace.IsEnabled() {
		return
	}
	parent := context.Background()
	if from != nil && from.task.ctx != nil {
		parent = from.task.ctx
	}
	t.ctx, t.task = trace.NewTask(parent, r.what+" "+shortName(r.made.Function))
}

// rest ends the task, unless there is more to come.
func (t *task) rest(more bool) {
	if t.task != nil && !more {
		t.task.End()
		t.task = nil
	}
}

// region begins a region named after a handler. The function that it returns
// ends it.
func (t *task) region(a about) (end func()) {
	if !trace.IsEnabled() {
		return func() {}
	}
	ctx := t.ctx
	if ctx == nil {
		ctx = context.Background()
	}
	return trace.StartRegion(ctx, shortName(a.place().Function)).End
}

// shortName is the name of a function without the path of its package, as
// runtime/trace shows it best.
func shortName(function string) string {
	return function[strings.LastIndexByte(function, '/')+1:]
}
