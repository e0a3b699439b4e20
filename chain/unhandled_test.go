package chain_test

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
	"github.com/spindle-go/spindle/failure"
)

// collectUnhandled takes the reports of unhandled failures until the test ends.
// reports flushes, and returns those that came since the last call.
func collectUnhandled(t testing.TB) (reports func() journal) {
	t.Helper()
	deferred.FlushUnhandled() // what earlier tests left is not ours
	var mu sync.Mutex         // a report may come from the collector's goroutine
	var got journal
	deferred.SetUnhandledHandler(func(u deferred.Unhandled) {
		mu.Lock()
		defer mu.Unlock()
		got.add(text(0, u.Failure))
	})
	t.Cleanup(func() {
		deferred.FlushUnhandled()
		deferred.SetUnhandledHandler(nil)
	})
	return func() journal {
		deferred.FlushUnhandled()
		mu.Lock()
		defer mu.Unlock()
		took := got
		got = nil
		return took
	}
}

// TestFailuresPassOn is about what takes the results of Deferreds and leaves them
// their failures.
func TestFailuresPassOn(t *testing.T) {
	for name, take := range map[string]func(d *child){
		"Join2":       func(d *child) { chain.Join2(d, deferred.New[int]()).Catch(func(*failure.Failure) {}) },
		"AsCompleted": func(d *child) { chain.AsCompleted([]*child{d}) },
		"ToSeq":       func(d *child) { chain.ToSeq(t.Context(), []*child{d}) },
		"ForEach": func(d *child) {
			chain.ForEach(slices.Values([]*child{d}), 1, func(d *child) *child { return d }).Catch(func(*failure.Failure) {})
		},
	} {
		t.Run(name, func(t *testing.T) {
			reports := collectUnhandled(t)
			d := deferred.New[int]()
			take(d)
			errback(t, d, names[0])
			if got := reports(); len(got) > 0 {
				t.Errorf("reported as unhandled: %v", got)
			}
			if f := deferredtest.FailureOf(t, d); !errors.Is(f, names[0]) {
				t.Errorf("its failure is %v then, want %v", f, names[0])
			}
		})
	}
}
