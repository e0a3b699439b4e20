// The reactor, which waits for time to pass and runs what is due.
//
//	go run ./examples/tutorial/06-reactor
package main

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/reactor"
)

// boil answers at once with a Deferred, and a while later the reactor fires it.
func boil(r *reactor.Reactor) *deferred.Deferred[string] {
	water := deferred.New[string]()
	r.CallLater(20*time.Millisecond, func() {
		_ = water.Callback("hot water")
	})
	return water
}

// serve is the program: the reactor runs until its Deferred fires.
func serve(r *reactor.Reactor) *deferred.Deferred[string] {
	tea := boil(r).AddCallback(func(water string) (string, error) {
		fmt.Println("there is", water)
		return "tea", nil
	})
	fmt.Println("the kettle is on")
	return tea
}

func main() {
	drink, err := reactor.React(context.Background(), reactor.Default(), serve)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("served:", drink)
}
