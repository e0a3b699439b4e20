package deferred_test

import (
	"errors"
	"fmt"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// A failure that nobody handles is reported. Without a loop that happens when the
// Deferred is collected, or here, by FlushUnhandled.
func ExampleSetUnhandledHandler() {
	deferred.SetUnhandledHandler(func(u deferred.Unhandled) { fmt.Println("unhandled:", u.Failure) })
	defer deferred.SetUnhandledHandler(nil) // the default logs it

	deferred.Fail[int](errors.New("handled")).Catch(func(*failure.Failure) {})
	deferred.Fail[int](errors.New("forgotten"))

	deferred.FlushUnhandled()
	// Output:
	// unhandled: forgotten
}

// At the end of a program FlushUnhandled reports what is left.
func ExampleFlushUnhandled() {
	deferred.SetUnhandledHandler(func(u deferred.Unhandled) { fmt.Println("unhandled:", u.Failure) })
	defer deferred.SetUnhandledHandler(nil)

	run := func() {
		defer deferred.FlushUnhandled()
		deferred.Fail[int](errors.New("forgotten"))
		fmt.Println("the end")
	}
	run()
	// Output:
	// the end
	// unhandled: forgotten
}

// A loop of one's own says when its turns begin and end. A failure may be handled
// at any time of the turn that it came in; a reactor does this by itself.
func ExampleNewTurns() {
	deferred.SetUnhandledHandler(func(u deferred.Unhandled) { fmt.Println("unhandled:", u.Failure) })
	defer deferred.SetUnhandledHandler(nil)

	turns := deferred.NewTurns()
	defer turns.Close()
	for _, work := range []func(){
		func() { deferred.Fail[int](errors.New("handled")).Catch(func(*failure.Failure) {}) },
		func() { deferred.Fail[int](errors.New("forgotten")) },
		func() {},
	} {
		turns.Begin()
		work()
		fmt.Println("turn over")
		turns.End()
	}
	// Output:
	// turn over
	// turn over
	// unhandled: forgotten
	// turn over
}
