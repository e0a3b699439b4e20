package reactor_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/reactor"
	"github.com/spindle-go/spindle/timeout"
)

// TestDebugPlaces is about where debug mode says that something was done: in the
// user's code, also where the reactor calls it; and in the reactor what that does
// by itself, not where the user has called Run.
func TestDebugPlaces(t *testing.T) {
	deferred.SetDebug(true)
	t.Cleanup(func() { deferred.SetDebug(os.Getenv("SPINDLE_DEBUG") == "1") })
	r, err := reactor.New()
	if err != nil {
		t.Fatal(err)
	}
	var again error
	_, err = reactor.React(context.Background(), r, func(r *reactor.Reactor) *deferred.Deferred[struct{}] {
		asleep := timeout.Sleep(r, time.Millisecond)
		return asleep.Tap(func(struct{}) { again = asleep.Callback(struct{}{}) })
	})
	if err != nil {
		t.Fatal(err)
	}
	if again == nil || !strings.Contains(again.Error(), "first at github.com/spindle-go/spindle/reactor.") || strings.Contains(again.Error(), ".Run ") {
		t.Errorf("the second call answers %q, which does not name the reactor as the first", again)
	}
	var place failure.Place
	_, err = reactor.React(context.Background(), r, func(*reactor.Reactor) *deferred.Deferred[struct{}] {
		d := deferred.New[struct{}]()
		d.Cancel()
		return d.AddErrback(func(f *failure.Failure) (struct{}, error) {
			place = f.Hops()[0].At
			return struct{}{}, nil
		})
	})
	if err != nil || !strings.Contains(place.Function, "TestDebugPlaces.func") {
		t.Errorf("%v; it was made in %v", err, place)
	}
}
