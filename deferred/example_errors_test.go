package deferred_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// The failures that this package makes by itself.
func Example_errors() {
	d := deferred.Succeed(1)
	if err := d.Callback(2); errors.Is(err, deferred.ErrAlreadyCalled) {
		fmt.Println(err)
	}

	deferred.Then(d, func(v int) (int, error) { return v, nil })
	second := deferred.Then(d, func(v int) (int, error) { return v, nil })
	second.Catch(func(f *failure.Failure) {
		fmt.Println(f.Check(deferred.ErrAlreadyChained)) // chain.Fork makes copies
	})

	waiting := deferred.New[int]()
	waiting.Cancel()
	waiting.Catch(func(f *failure.Failure) {
		fmt.Println(f, errors.Is(f, deferred.ErrCancelled), errors.Is(f, context.Canceled))
	})

	var itself *deferred.Deferred[int]
	itself = deferred.New[int]().AddCallback(func(int) (int, error) { return itself.Chain() })
	_ = itself.Callback(1)
	itself.Catch(func(f *failure.Failure) { fmt.Println(f.Check(deferred.ErrChainCycle)) })

	mixed := deferred.Succeed(1).AddCallback(func(int) (int, error) {
		_, wait := deferred.Succeed("text").Chain()
		return 0, wait
	})
	mixed.Catch(func(f *failure.Failure) { fmt.Println(f.Check(deferred.ErrChainType)) })
	// Output:
	// deferred: already called
	// deferred: already chained to another Deferred
	// deferred: cancelled true true
	// deferred: would wait for itself
	// deferred: Chain of another type
}

// A handler that ends its goroutine, as a test's FailNow does, fails its Deferred
// on the way out.
func Example_goexit() {
	d := deferred.New[int]()
	d.AddCallback(func(int) (int, error) { runtime.Goexit(); return 0, nil })
	d.Catch(func(f *failure.Failure) { fmt.Println(f.Check(deferred.ErrGoexit)) })
	over := make(chan struct{})
	go func() {
		defer close(over)
		_ = d.Callback(1)
	}()
	<-over
	// Output: deferred: a handler called runtime.Goexit
}

// stopwatch is a Clock: anything that can call a function later is one. This one
// is wound by hand.
type stopwatch struct{ due []func() }

func (s *stopwatch) AfterFunc(_ time.Duration, f func()) (stop func() bool) {
	i := len(s.due)
	s.due = append(s.due, f)
	return func() bool {
		was := s.due[i] != nil
		s.due[i] = nil
		return was
	}
}

func ExampleClock() {
	watch := &stopwatch{}
	var clock deferred.Clock = watch
	d := deferred.New[int]()
	d.AddTimeout(time.Minute, clock).Catch(func(f *failure.Failure) { fmt.Println(f) })
	watch.due[0]()
	// Output: deferred: timed out after 1m0s
}
