package chain_test

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

func ExampleFork() {
	config := fetch("the configuration")
	users := chain.Fork(config, 3)
	users[0].Tap(func(text string) { fmt.Println("one has", text) })
	users[1].Cancel() // is not interested any more
	users[2].Tap(func(text string) { fmt.Println("another has", text) })
	_ = config.Callback("port=80")
	// Output:
	// one has port=80
	// another has port=80
}

func ExampleFork_cancel() {
	for _, user := range chain.Fork(fetch("the configuration"), 2) {
		user.Catch(func(*failure.Failure) { fmt.Println("not interested") })
		user.Cancel()
	}
	// Output:
	// not interested
	// given up: the configuration
	// not interested
}

func ExampleJoin2() {
	text, size := fetch("a"), deferred.New[int]()
	chain.Join2(text, size).Tap(func(p chain.Pair[string, int]) { fmt.Println(p.First, p.Second) })
	_ = size.Callback(9)
	_ = text.Callback("text of a")
	// Output: text of a 9
}

func ExampleJoin3() {
	text, size, found := fetch("a"), deferred.New[int](), deferred.New[bool]()
	all := chain.Join3(text, size, found)
	all.Catch(func(f *failure.Failure) { fmt.Println(f) })
	_ = size.Errback(errors.New("no size"))
	// Output: chain: Deferred 1 failed: no size
}

func ExamplePair() {
	chain.Join2(deferred.Succeed("a"), deferred.Succeed(1)).Tap(func(p chain.Pair[string, int]) {
		fmt.Printf("%+v\n", p)
	})
	// Output: {First:a Second:1}
}

func ExampleTriple() {
	chain.Join3(deferred.Succeed("a"), deferred.Succeed(1), deferred.Succeed(true)).Tap(func(p chain.Triple[string, int, bool]) {
		fmt.Printf("%+v\n", p)
	})
	// Output: {First:a Second:1 Third:true}
}

func ExampleForEach() {
	pages := slices.Values([]string{"a", "b", "c"})
	var running []*deferred.Deferred[string]
	all := chain.ForEach(pages, 2, func(page string) *deferred.Deferred[string] {
		fmt.Println("fetching", page)
		running = append(running, fetch(page))
		return running[len(running)-1]
	})
	all.Tap(func(texts []string) { fmt.Println(texts) })
	_ = running[1].Callback("text of b")
	_ = running[2].Callback("text of c")
	_ = running[0].Callback("text of a")
	// Output:
	// fetching a
	// fetching b
	// fetching c
	// [text of a text of b text of c]
}

func ExampleForEach_failure() {
	pages := slices.Values([]string{"a", "b", "c"})
	chain.ForEach(pages, 2, func(page string) *deferred.Deferred[string] {
		if page == "b" {
			return deferred.Fail[string](errors.New("not there"))
		}
		return fetch(page)
	}).Catch(func(f *failure.Failure) { fmt.Println(f) })
	// Output:
	// given up: a
	// chain: Deferred 1 failed: not there
}

func ExampleForEachOption() {
	half := func(n int) *deferred.Deferred[int] {
		return deferred.Maybe(func() (int, error) { return 12 / n, nil })
	}
	chain.ForEach(slices.Values([]int{2, 0, 3}), 1, half, chain.CollectErrors).
		Catch(func(f *failure.Failure) { fmt.Println(f) })
	// Output: chain: 1 of 3 items failed; the first, 1: panic: runtime error: integer divide by zero
}

func ExamplePartialError() {
	pages := slices.Values([]string{"a", "b", "c"})
	chain.ForEach(pages, 1, func(page string) *deferred.Deferred[string] {
		if page == "b" {
			return deferred.Fail[string](errors.New("not there"))
		}
		return deferred.Succeed("text of " + page)
	}, chain.CollectErrors).Catch(func(f *failure.Failure) {
		if partial, ok := errors.AsType[*chain.PartialError[string]](f); ok {
			for i, r := range partial.Results {
				fmt.Printf("%d: %q, %v\n", i, r.Value, r.Err)
			}
		}
	})
	// Output:
	// 0: "text of a", <nil>
	// 1: "", not there
	// 2: "text of c", <nil>
}

func ExampleAsCompleted() {
	ds := []*deferred.Deferred[string]{fetch("a"), fetch("b"), fetch("c")}
	for d := range chain.AsCompleted(ds) {
		d.Tap(func(w chain.Winner[string]) { fmt.Println(w.Index, w.Value) })
	}
	_ = ds[2].Callback("text of c")
	_ = ds[0].Callback("text of a")
	_ = ds[1].Callback("text of b")
	// Output:
	// 2 text of c
	// 0 text of a
	// 1 text of b
}
