package deferredtest_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
)

// t stands for the *testing.T of a test function.
var t testing.TB = &fake{}

// SuccessOf is for what must have a value by now.
func ExampleSuccessOf() {
	d := deferred.Succeed(20).AddCallback(func(v int) (int, error) { return v + 1, nil })

	fmt.Println(deferredtest.SuccessOf(t, d))
	// Output:
	// 21
}

// FailureOf is for what must have failed by now. The failure counts as handled.
func ExampleFailureOf() {
	d := deferred.Fail[string](fmt.Errorf("read: %w", io.EOF))

	f := deferredtest.FailureOf(t, d)
	fmt.Println(f, errors.Is(f, io.EOF))
	// Output:
	// read: EOF true
}

// NoResult is for what must not have happened yet.
func ExampleNoResult() {
	reply := deferred.New[string]()
	deferredtest.NoResult(t, reply)

	_ = reply.Callback("hello")
	fmt.Println(deferredtest.SuccessOf(t, reply))
	// Output:
	// hello
}

// CheckUnhandled, at the beginning of a test, makes it fail when it leaves a
// failure that nobody handled.
func ExampleCheckUnhandled() {
	test := func(t testing.TB) {
		deferredtest.CheckUnhandled(t)
		deferred.Fail[int](errors.New("nobody looks at this"))
	}

	for _, text := range run(test).errors {
		fmt.Println(firstLine(text))
	}
	// Output:
	// unhandled failure: nobody looks at this
}

// CheckCoroutines, at the beginning of a test, makes it fail when it leaves a
// coroutine waiting, and ends that.
func ExampleCheckCoroutines() {
	test := func(t testing.TB) {
		deferredtest.CheckCoroutines(t)
		chain.Async(func(co *chain.Co) (int, error) {
			defer fmt.Println("the coroutine is ended")
			return chain.Await(co, deferred.New[int]())
		})
	}

	for _, text := range run(test).errors {
		text, _, _ = strings.Cut(text, "(")
		fmt.Println(text)
	}
	// Output:
	// the coroutine is ended
	// a coroutine was left waiting: Deferred[int]
}
