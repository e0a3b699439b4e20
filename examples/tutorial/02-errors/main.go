// A result that does not come: failures and the errbacks that handle them.
//
//	go run ./examples/tutorial/02-errors
package main

import (
	"errors"
	"fmt"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

var errSoldOut = errors.New("sold out")

// newOrder returns a Deferred with the handlers that every order has.
func newOrder(table string) *deferred.Deferred[string] {
	order := deferred.New[string]()
	order.AddCallback(func(dish string) (string, error) {
		if dish == "" {
			return "", errors.New("an empty plate") // from here on it is a failure
		}
		fmt.Println(table, "is served", dish)
		return dish, nil
	})
	order.AddErrback(func(f *failure.Failure) (string, error) {
		fmt.Println(table, "is not served:", f)
		return "", f // not handled: pass it on
	})
	order.AddErrback(func(f *failure.Failure) (string, error) {
		if err := f.Trap(errSoldOut); err != nil {
			return "", err // it is not that one: pass it on
		}
		return "water", nil // handled: a value again
	})
	order.AddCallback(func(dish string) (string, error) {
		fmt.Println(table, "has", dish)
		return dish, nil
	})
	order.AddErrback(func(f *failure.Failure) (string, error) {
		fmt.Println(table, "has left:", f)
		return "", nil
	})
	return order
}

func main() {
	_ = newOrder("table 1").Callback("soup")
	_ = newOrder("table 2").Errback(errSoldOut)
	_ = newOrder("table 3").Callback("")
}
