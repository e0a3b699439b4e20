package chain_test

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"testing"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
)

// A handler that a coroutine sets going runs on the coroutine's goroutine, and is
// held up with it. Its Deferred is in the middle of its list all the while.
func TestHandlerThatIsHeldUpKeepsItsPlace(t *testing.T) {
	deferredtest.CheckCoroutines(t)
	var log []string
	d, before, gate := deferred.New[int](), deferred.New[int](), deferred.New[int]()
	before.AddCallback(func(int) (int, error) { return d.Chain() })
	_ = before.Callback(0)
	d.AddCallback(func(int) (int, error) { log = append(log, "first"); return 1, nil })
	chain.Async(func(co *chain.Co) (int, error) {
		v, err := chain.Await(co, before)
		d.AddCallback(func(v int) (int, error) { // runs at once
			w, err := chain.Await(co, gate)
			log = append(log, fmt.Sprint("second ", v, w, err))
			return 2, nil
		})
		return v, err
	})
	_ = d.Callback(7)
	d.AddCallback(func(v int) (int, error) { log = append(log, fmt.Sprint("third ", v)); return 3, nil })
	_ = gate.Callback(9)
	if want := []string{"first", "second 1 9 <nil>", "third 2"}; !slices.Equal(log, want) {
		t.Errorf("handlers ran as %q, want %q", log, want)
	}
}

func TestGoexitInCoroutineAndInHandlerOfIt(t *testing.T) {
	deferredtest.CheckCoroutines(t)
	d := deferred.New[int]()
	out := chain.Async(func(co *chain.Co) (int, error) {
		_, _ = chain.Await(co, d)
		runtime.Goexit()
		return 0, nil
	})
	var log []string
	out.AddBoth(func(_ int, err error) (int, error) {
		log = append(log, fmt.Sprint("coroutine ", errors.Is(err, deferred.ErrGoexit)))
		runtime.Goexit()
		return 0, nil
	})
	out.AddBoth(func(_ int, err error) (int, error) {
		log = append(log, fmt.Sprint("handler ", errors.Is(err, deferred.ErrGoexit)))
		return 0, nil
	})
	d.Tap(func(v int) { log = append(log, fmt.Sprint("awaited ", v)) })
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = d.Callback(1)
	}()
	<-ended
	if want := []string{"coroutine true", "handler true", "awaited 0"}; !slices.Equal(log, want) {
		t.Errorf("got %q, want %q", log, want)
	}
}

func TestFailureOfWhatAnEndedCoroutineAwaitedIsReported(t *testing.T) {
	errBroken := errors.New("broken while it was cancelled")
	rows := []struct {
		name      string
		canceller func(d *deferred.Deferred[int])
		want      []string
	}{
		{"nothing but cancelled", func(*deferred.Deferred[int]) {}, nil},
		{"a failure", func(d *deferred.Deferred[int]) { _ = d.Errback(errBroken) }, []string{errBroken.Error()}},
		{"a panic", func(*deferred.Deferred[int]) { panic("canceller") }, []string{"panic: canceller"}},
		{"a value", func(d *deferred.Deferred[int]) { _ = d.Callback(1) }, nil},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			deferred.FlushUnhandled()
			var reported []string
			deferred.SetUnhandledHandler(func(u deferred.Unhandled) { reported = append(reported, u.Failure.Error()) })
			defer deferred.SetUnhandledHandler(nil)
			onLoop(func(*deferred.Turns) {
				chain.Async(func(co *chain.Co) (int, error) { return chain.Await(co, deferred.New(row.canceller)) })
			})
			if !slices.Equal(reported, row.want) {
				t.Errorf("reported %q, want %q", reported, row.want)
			}
		})
	}
}

// explosive is a Canceller that panics.
type explosive struct{}

func (explosive) Cancel() { panic("PassCancelTo") }

func TestLoopEndsItsCoroutinesWhereACancelPanics(t *testing.T) {
	deferred.FlushUnhandled()
	reported, ended := 0, 0
	deferred.SetUnhandledHandler(func(deferred.Unhandled) { reported++ })
	defer deferred.SetUnhandledHandler(nil)
	onLoop(func(*deferred.Turns) {
		for range 3 {
			chain.Async(func(co *chain.Co) (int, error) {
				defer func() { ended++ }()
				return chain.Await(co, deferred.New[int]().PassCancelTo(explosive{}))
			})
		}
	})
	if reported != 3 || ended != 3 {
		t.Errorf("%d panics reported and %d coroutines ended, want 3 and 3", reported, ended)
	}
}
