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

// newOrder shows which handlers run.
func newOrder() *deferred.Deferred[string] {
	order := deferred.New[string]()
	order.Tap(func(dish string) { fmt.Println("  Tap: looks at", dish) })
	order.Finally(func() { fmt.Println("  Finally: clears the table") })
	order.AddBoth(func(dish string, err error) (string, error) {
		if err != nil {
			fmt.Println("  AddBoth: a failure,", err)
		} else {
			fmt.Println("  AddBoth: a value,", dish)
		}
		return dish, err // pass on what came
	})
	order.Catch(func(f *failure.Failure) { fmt.Println("  Catch: says sorry for", f) })
	order.Tap(func(dish string) { fmt.Printf("  Tap: ends with %q\n", dish) })
	return order
}

func main() {
	fmt.Println("a value:")
	_ = newOrder().Callback("soup")

	fmt.Println("a failure:")
	_ = newOrder().Errback(errors.New("sold out"))

	fmt.Println("a panic:")
	clumsy := deferred.New[string]()
	clumsy.Tap(func(string) { panic("dropped the tray") })
	clumsy.Catch(func(f *failure.Failure) { fmt.Println("  Catch:", f) })
	_ = clumsy.Callback("soup")
}
