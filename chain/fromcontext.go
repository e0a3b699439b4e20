package chain

import (
	"context"

	"github.com/spindle-go/spindle/deferred"
)

// FromContext returns a Deferred that fails when ctx ends, with its
// context.Cause: at once if it has ended. It has no other way to fire but a
// Cancel, which makes it fail with deferred.ErrCancelled and lets go of ctx. It
// is for waiting for the end of ctx among other things; to make ctx the limit of
// one Deferred there is [WithContext].
//
// If the loop has stopped when ctx ends, nothing happens. A nil ctx or caller
// panics.
//
// Loop goroutine only: that of caller. ctx may end on any. It costs no goroutine
// before ctx ends, if ctx was made by package context.
func FromContext(ctx context.Context, caller Caller) *deferred.Deferred[struct{}] {
	requireBridge("FromContext", ctx != nil, caller)
	if ctx.Err() != nil {
		return deferred.Fail[struct{}](context.Cause(ctx))
	}
	var stop func() bool
	d := deferred.New(func(*deferred.Deferred[struct{}]) { stop() })
	stop = onEnd(ctx, caller, func() {
		_ = d.Errback(context.Cause(ctx)) // it may have been cancelled meanwhile
	})
	return d
}

// onEnd has f called on caller's loop when ctx has ended. stop makes that
// unlikely; f may be on its way.
func onEnd(ctx context.Context, caller Caller, f func()) (stop func() bool) {
	return context.AfterFunc(ctx, func() {
		_ = caller.CallFromThread(f) // when the loop has stopped there is nobody to tell
	})
}

// requireBridge refuses to make a bridge from or to nothing.
func requireBridge(name string, there bool, caller Caller) {
	if !there || caller == nil {
		panic("chain: " + name + " with a nil argument")
	}
}
