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

// order returns a Deferred with the handlers that every order has.
func order(name string) *deferred.Deferred[string] {
	return deferred.New[string]().
		AddCallback(func(dish string) (string, error) {
			if dish == "" {
				return "", errors.New("an empty plate") // from here on it is a failure
			}
			fmt.Println(name+": served", dish)
			return dish, nil
		}).
		AddErrback(func(f *failure.Failure) (string, error) {
			fmt.Println(name+": the cook hears of it:", f)
			return "", f // not handled: pass it on
		}).
		AddErrback(func(f *failure.Failure) (string, error) {
			if err := f.Trap(errSoldOut); err != nil {
				return "", err // not the kind that water helps with
			}
			return "water", nil // handled: a value again
		}).
		AddCallback(func(dish string) (string, error) {
			fmt.Println(name+": the guest has", dish)
			return dish, nil
		}).
		AddErrback(func(f *failure.Failure) (string, error) {
			fmt.Println(name+": the guest has left:", f)
			return "", nil
		})
}

func main() {
	_ = order("table 1").Callback("soup")
	_ = order("table 2").Errback(errSoldOut)
	_ = order("table 3").Callback("")
}
