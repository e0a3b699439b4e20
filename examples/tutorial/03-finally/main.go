// Handlers for either result, for what has to happen in any case.
//
//	go run ./examples/tutorial/03-finally
package main

import (
	"errors"
	"fmt"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// order shows which handlers run, in the order in which they were added.
func order(name string) *deferred.Deferred[string] {
	return deferred.New[string]().
		Tap(func(dish string) { fmt.Println("  Tap: looks at", dish) }).
		Finally(func() { fmt.Println("  Finally: clears the table") }).
		AddBoth(func(dish string, err error) (string, error) {
			if err != nil {
				fmt.Println("  AddBoth: a failure,", err)
			} else {
				fmt.Println("  AddBoth: a value,", dish)
			}
			return dish, err // pass on what came
		}).
		Catch(func(f *failure.Failure) { fmt.Println("  Catch: says sorry for", f) }).
		Tap(func(dish string) { fmt.Printf("  Tap: %s ends with %q\n", name, dish) })
}

func main() {
	fmt.Println("a value:")
	_ = order("table 1").Callback("soup")

	fmt.Println("a failure:")
	_ = order("table 2").Errback(errors.New("sold out"))

	fmt.Println("a panic in a handler:")
	_ = order("table 3").
		Tap(func(string) { panic("dropped the tray") }).
		Catch(func(f *failure.Failure) { fmt.Println("  Catch:", f) }).
		Callback("soup")
}
