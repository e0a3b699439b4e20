package chain_test

import (
	"errors"
	"fmt"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// The failures that this package makes by itself.
func Example_errors() {
	chain.Race([]*deferred.Deferred[int]{}).Catch(func(f *failure.Failure) {
		fmt.Println(f.Check(chain.ErrNoDeferreds))
	})

	q := chain.NewQueue[string](1, 0) // room for one item, and nobody may wait
	q.Get().Catch(func(f *failure.Failure) { fmt.Println(f.Check(chain.ErrQueueUnderflow)) })
	_ = q.Put("first")
	if err := q.Put("second"); errors.Is(err, chain.ErrQueueOverflow) {
		fmt.Println(err)
	}

	if err := chain.NewLock().Release(); errors.Is(err, chain.ErrNotHeld) {
		fmt.Println(err)
	}
	// Output:
	// chain: no Deferreds to choose from
	// chain: too many wait for the queue
	// chain: queue is full
	// chain: release of what is not held
}

// A FromChan of a closed channel fails, so that a loop over it comes to an end.
func ExampleErrChanClosed() {
	loop := make(calls, 1)
	ch := make(chan int)
	close(ch)
	d := chain.FromChan(ch, loop)
	d.Catch(func(f *failure.Failure) { fmt.Println(f.Check(chain.ErrChanClosed)) })
	// Output: chain: channel is closed
}

// Options change when a list fires, and what its children go on with.
func ExampleListOption() {
	ends := func() []*deferred.Deferred[int] {
		return []*deferred.Deferred[int]{deferred.Fail[int](errors.New("no")), deferred.New[int]()}
	}
	choices := []struct {
		name   string
		choice []chain.ListOption
	}{
		{"by itself", nil},
		{"at the first failure", []chain.ListOption{chain.FireOnOneErrback}},
		{"with failures consumed", []chain.ListOption{chain.FireOnOneErrback, chain.ConsumeErrors}},
	}
	for _, c := range choices {
		ds := ends()
		list := chain.DeferredList(ds, c.choice...)
		fired := list.Called()
		list.Catch(func(*failure.Failure) {})
		failed := false
		ds[0].Catch(func(*failure.Failure) { failed = true })
		fmt.Printf("%s: fired %v, child still failed %v\n", c.name, fired, failed)
	}
	// Output:
	// by itself: fired false, child still failed true
	// at the first failure: fired true, child still failed true
	// with failures consumed: fired true, child still failed false
}
