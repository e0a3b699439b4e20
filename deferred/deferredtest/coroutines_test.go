package deferredtest_test

import (
	"strings"
	"testing"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
)

func TestCheckCoroutines(t *testing.T) {
	gate := deferred.New[int]()
	wait := func(d *deferred.Deferred[int]) {
		chain.Async(func(co *chain.Co) (int, error) { return chain.Await(co, d) })
	}
	rows := []struct {
		name string
		do   func()
		want int // errors
	}{
		{"none", func() {}, 0},
		{"one that did not have to wait", func() { wait(deferred.Succeed(1)) }, 0},
		{"one that was woken", func() { wait(gate); _ = gate.Callback(1) }, 0},
		{"two that wait", func() { wait(deferred.New[int]()); wait(deferred.New[int]()) }, 2},
		{"one of a loop that ended", func() {
			loop := deferred.NewTurns()
			defer loop.Close()
			wait(deferred.New[int]())
		}, 0},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			f := run(func(t testing.TB) {
				deferredtest.CheckCoroutines(t)
				row.do()
			})
			if len(f.errors) != row.want {
				t.Errorf("errors %q, want %d", f.errors, row.want)
			}
			for _, text := range f.errors {
				if !strings.Contains(text, "a coroutine was left waiting: Deferred[int]") {
					t.Errorf("error %q", text)
				}
			}
		})
	}
}

// TestCheckCoroutinesEndsThem so that their defers run and goleak finds nothing.
func TestCheckCoroutinesEndsThem(t *testing.T) {
	ended := false
	run(func(t testing.TB) {
		deferredtest.CheckCoroutines(t)
		chain.Async(func(co *chain.Co) (int, error) {
			defer func() { ended = true }()
			return chain.Await(co, deferred.New[int]())
		})
	})
	if !ended {
		t.Error("the coroutine still waits")
	}
}
