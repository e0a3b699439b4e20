// A limit on how long to wait, and what a cancel does.
//
//	go run ./examples/tutorial/07-timeout
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/reactor"
)

// boil takes an hour. Whoever does not want to wait for that may cancel it.
func boil(r *reactor.Reactor) *deferred.Deferred[string] {
	var stop func() bool
	water := deferred.New(func(*deferred.Deferred[string]) {
		fmt.Println("the kettle is taken off the stove")
		stop()
	})
	stop = r.AfterFunc(time.Hour, func() { _ = water.Callback("hot water") })
	return water
}

func serve(r *reactor.Reactor) *deferred.Deferred[string] {
	drink := boil(r).AddTimeout(30*time.Millisecond, r) // cancels when the time is up
	drink.AddErrback(func(f *failure.Failure) (string, error) {
		fmt.Println("no tea:", f)
		fmt.Println("a timeout:", errors.Is(f, deferred.ErrTimeout))
		return "juice", nil
	})
	return drink
}

func main() {
	drink, err := reactor.React(context.Background(), reactor.Default(), serve)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("served:", drink)
}
