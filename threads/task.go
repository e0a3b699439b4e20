package threads

import (
	"context"
	"reflect"
	"sync/atomic"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// task is a job whose result goes to a Deferred. The worker, the canceller on
// the loop's goroutine and Stop may all want it at once; state says who got it,
// and so who may touch what is not fixed.
type task[T any] struct {
	node[job]

	// Fixed when made.
	pool   *Pool
	caller Caller

	ctx   jobContext
	state atomic.Int32 // a taskState

	f func(ctx context.Context) (T, error) // nil once it runs, or is never going to

	// Written by whoever posts the result, read by deliver after that.
	value T
	fail  *failure.Failure

	out deferred.Deferred[T] // loop goroutine only; inside, which saves an allocation
}

// taskState is how far a task is.
//
//	from               to         who
//	waiting            running    the worker, before it calls f
//	waiting            dropped    Stop, which posts ErrPoolStopped
//	running            finished   the worker, which posts what f returned
//	any but abandoned  abandoned  the canceller: nobody wants a result
//
// What was posted before the task was abandoned is not delivered.
type taskState int32

const (
	taskWaiting taskState = iota
	taskRunning
	taskDropped
	taskFinished
	taskAbandoned
)

// newTask makes a task and its Deferred.
func newTask[T any](c Caller, p *Pool, f func(ctx context.Context) (T, error)) *task[T] {
	t := &task[T]{pool: p, caller: c, f: f}
	t.item = t
	t.out.PassCancelTo(t)
	return t
}

// move is how the worker and Stop change the state; it answers false when
// somebody else was first.
func (t *task[T]) move(from, to taskState) bool {
	return t.state.CompareAndSwap(int32(from), int32(to))
}

func (t *task[T]) claim() bool { return t.move(taskWaiting, taskRunning) }

// run lets go of f before it calls it, so that nothing that f holds outlives the
// call. An error is born at f: by the time it is handled, f is no longer on any
// stack.
func (t *task[T]) run() {
	f := t.f
	t.f = nil
	v, err := f(&t.ctx)
	if err != nil {
		t.fail = failure.At(err, reflect.ValueOf(f).Pointer())
		return
	}
	t.value = v
}

func (t *task[T]) ended(crash *failure.Failure) {
	t.ctx.end(context.Canceled)
	if crash != nil {
		t.fail = crash
	}
	switch {
	case t.move(taskRunning, taskFinished):
		t.post()
	case crash != nil: // cancelled, so it has no Deferred to fail
		t.pool.logCrash(crash)
	}
}

func (t *task[T]) abort(cause error) {
	if t.move(taskWaiting, taskDropped) {
		t.f = nil
		t.fail = failure.New(cause)
		t.post()
		return
	}
	t.ctx.end(cause)
}

// Cancel is the Deferred's canceller, on the loop's goroutine. The Deferred fails
// at once, whatever the job does.
func (t *task[T]) Cancel() {
	switch taskState(t.state.Swap(int32(taskAbandoned))) {
	case taskWaiting:
		t.pool.withdraw(&t.node)
		t.f = nil // the Deferred, which may live on, is part of t
	case taskRunning:
		t.ctx.end(deferred.ErrCancelled)
	}
	t.fire(*new(T), failure.At(deferred.ErrCancelled, 0))
}

// post has the result delivered on the loop.
func (t *task[T]) post() {
	if err := t.caller.CallFromThread(t.deliver); err != nil {
		t.pool.lose(err)
	}
}

// deliver fires the Deferred, on the loop's goroutine.
func (t *task[T]) deliver() {
	v, fail := t.value, t.fail
	t.value, t.fail = *new(T), nil
	if taskState(t.state.Load()) == taskAbandoned {
		return // cancelled after the result was posted
	}
	t.fire(v, fail)
}

// fire gives the Deferred its result.
func (t *task[T]) fire(v T, fail *failure.Failure) {
	var err error
	if fail != nil {
		err = t.out.Errback(fail)
	} else {
		err = t.out.Callback(v)
	}
	if err != nil {
		t.pool.log().Error("threads: the Deferred of a job was fired by somebody else", "error", err)
	}
}
