// Several things at once, and one Deferred for all of them.
//
//	go run ./examples/tutorial/08-gather
package main

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/reactor"
	"github.com/spindle-go/spindle/timeout"
)

// cook takes a while and answers with the dish.
func cook(r *reactor.Reactor, dish string, takes time.Duration) *deferred.Deferred[string] {
	return timeout.Later(r, takes, func() (string, error) { return dish, nil })
}

func breakfast(r *reactor.Reactor) *deferred.Deferred[[]string] {
	return chain.Gather([]*deferred.Deferred[string]{
		cook(r, "eggs", 60*time.Millisecond),
		cook(r, "toast", 20*time.Millisecond),
		cook(r, "tea", 40*time.Millisecond),
	})
}

func main() {
	dishes, err := reactor.React(context.Background(), reactor.Default(), breakfast)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("served together:", dishes)
}
