// A callback that has to wait for something itself.
//
//	go run ./examples/tutorial/05-chain
package main

import (
	"fmt"

	"github.com/spindle-go/spindle/deferred"
)

func main() {
	beans := deferred.New[string]()  // the mill fires this one
	coffee := deferred.New[string]() // and the machine this one

	order := beans.AddCallback(func(name string) (string, error) {
		fmt.Println("ground:", name)
		return coffee.Chain() // the result of this callback is that of coffee
	})
	order.AddCallback(func(name string) (string, error) {
		fmt.Println("served:", name)
		return name, nil
	})

	fmt.Println("the mill is done")
	_ = beans.Callback("arabica")

	fmt.Println("the machine is done")
	_ = coffee.Callback("espresso")
}
