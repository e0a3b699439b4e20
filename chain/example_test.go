package chain_test

import (
	"errors"
	"fmt"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// fetch stands for something that takes time and can be given up.
func fetch(what string) *deferred.Deferred[string] {
	return deferred.New(func(*deferred.Deferred[string]) { fmt.Println("given up:", what) })
}

func ExampleDeferredList() {
	a, b := fetch("a"), fetch("b")
	chain.DeferredList([]*deferred.Deferred[string]{a, b}).Tap(func(all []chain.Result[string]) {
		for i, r := range all {
			fmt.Printf("%d: %q, %v\n", i, r.Value, r.Err)
		}
	})
	_ = b.Callback("text of b")
	_ = a.Errback(errors.New("a is not there"))
	// Output:
	// 0: "", a is not there
	// 1: "text of b", <nil>
}

func ExampleGather() {
	a, b := fetch("a"), fetch("b")
	chain.Gather([]*deferred.Deferred[string]{a, b}).Tap(func(all []string) {
		fmt.Println(all)
	})
	_ = b.Callback("text of b")
	_ = a.Callback("text of a")
	// Output: [text of a text of b]
}

func ExampleGather_failure() {
	notThere := errors.New("not there")
	a, b := fetch("a"), fetch("b")
	chain.Gather([]*deferred.Deferred[string]{a, b}).Catch(func(f *failure.Failure) {
		fmt.Println(f)
		fmt.Println("is it what b failed with:", errors.Is(f, notThere))
		if first, ok := errors.AsType[*chain.FirstError](f); ok && first.Index == 1 {
			a.Cancel() // Gather leaves that to its user
		}
	})
	_ = b.Errback(notThere)
	// Output:
	// chain: Deferred 1 failed: not there
	// is it what b failed with: true
	// given up: a
}

func ExampleGather_cancel() {
	all := chain.Gather([]*deferred.Deferred[string]{fetch("a"), fetch("b")})
	all.Catch(func(f *failure.Failure) {
		fmt.Println("cancelled:", errors.Is(f, deferred.ErrCancelled))
	})
	all.Cancel()
	// Output:
	// given up: a
	// cancelled: true
	// given up: b
}

func ExampleFirst() {
	a, b := fetch("a"), fetch("b")
	chain.First([]*deferred.Deferred[string]{a, b}).Tap(func(w chain.Winner[string]) {
		fmt.Printf("%d came first: %s\n", w.Index, w.Value)
	})
	a.Tap(func(text string) { fmt.Println("and still:", text) })
	_ = b.Callback("text of b")
	_ = a.Callback("text of a")
	// Output:
	// 1 came first: text of b
	// and still: text of a
}

func ExampleRace() {
	mirrors := []*deferred.Deferred[string]{fetch("mirror 0"), fetch("mirror 1"), fetch("mirror 2")}
	chain.Race(mirrors).Tap(func(w chain.Winner[string]) {
		fmt.Printf("mirror %d won: %s\n", w.Index, w.Value)
	})
	_ = mirrors[0].Errback(errors.New("mirror 0 is down"))
	_ = mirrors[2].Callback("text")
	// Output:
	// given up: mirror 1
	// mirror 2 won: text
}

func ExampleFailureGroup() {
	mirrors := []*deferred.Deferred[string]{fetch("mirror 0"), fetch("mirror 1")}
	chain.Race(mirrors).Catch(func(f *failure.Failure) {
		if all, ok := errors.AsType[*chain.FailureGroup](f); ok {
			for i, err := range all.Errs {
				fmt.Printf("mirror %d: %v\n", i, err)
			}
		}
	})
	_ = mirrors[1].Errback(errors.New("refused"))
	_ = mirrors[0].Errback(errors.New("down"))
	// Output:
	// mirror 0: down
	// mirror 1: refused
}
