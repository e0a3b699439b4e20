// A result that comes later, and what is done with it when it comes.
//
//	go run ./examples/tutorial/01-deferred
package main

import (
	"fmt"

	"github.com/spindle-go/spindle/deferred"
)

func main() {
	drink := deferred.New[string]() // an order: there is no drink yet

	drink.AddCallback(func(name string) (string, error) {
		return name + " with milk", nil // the value for the next callback
	})
	drink.AddCallback(func(name string) (string, error) {
		fmt.Println("served:", name)
		return name, nil
	})
	fmt.Println("ordered; nothing has run yet")

	err := drink.Callback("tea") // the kitchen is done: both callbacks run, here and now
	fmt.Println("fired:", err)

	err = drink.Callback("coffee")
	fmt.Println("fired again:", err)
}
