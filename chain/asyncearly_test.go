package chain_test

import (
	"errors"
	"testing"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
)

// A coroutine that was begun before there was a loop, or before the loop that runs
// inside another one, belongs to the loop that wakes it.
func TestCoroutineBegunBeforeItsLoop(t *testing.T) {
	rows := []struct {
		name  string
		begin func(f func())
	}{
		{"without a loop", func(f func()) { f() }},
		{"in an outer loop", func(f func()) { onLoop(func(*deferred.Turns) { f() }) }},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			row.begin(func() {
				var loop *deferred.Turns
				first, never := deferred.New[int](), deferred.New[int]()
				here, ended := false, false
				out := chain.Async(func(co *chain.Co) (int, error) {
					defer func() { ended = true }()
					_, _ = chain.Await(co, first)
					here = loop.Here()
					return chain.Await(co, never)
				})
				onLoop(func(inner *deferred.Turns) {
					loop = inner
					_ = first.Callback(1)
					if !loop.Here() {
						t.Error("the loop is elsewhere after it has woken the coroutine")
					}
					if n := len(loop.Waiting()); n != 1 {
						t.Errorf("%d coroutines wait in the loop, want 1", n)
					}
				})
				if !here || !ended {
					t.Errorf("in the loop that woke it: %v, ended with that: %v", here, ended)
				}
				if f := deferredtest.FailureOf(t, out); !errors.Is(f, deferred.ErrAbandoned) {
					t.Errorf("failed with %v, want %v", f, deferred.ErrAbandoned)
				}
			})
		})
	}
}
