// Several ways to the same thing: the first one wins, the others are cancelled.
//
//	go run ./examples/tutorial/09-race
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/reactor"
	"github.com/spindle-go/spindle/timeout"
)

var errNoBeans = errors.New("no beans")

// ask has a machine make a coffee.
func ask(r *reactor.Reactor, machine string, takes time.Duration, err error) *deferred.Deferred[string] {
	coffee := timeout.Later(r, takes, func() (string, error) { return "coffee from " + machine, err })
	return coffee.AddBoth(func(cup string, err error) (string, error) {
		fmt.Printf("%s: %q %v\n", machine, cup, err)
		return cup, err
	})
}

func serve(r *reactor.Reactor) *deferred.Deferred[chain.Winner[string]] {
	return chain.Race([]*deferred.Deferred[string]{
		ask(r, "the slow machine", time.Hour, nil),
		ask(r, "the empty machine", 0, errNoBeans),
		ask(r, "the good machine", 20*time.Millisecond, nil),
	})
}

func main() {
	winner, err := reactor.React(context.Background(), reactor.Default(), serve)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("number %d wins: %s\n", winner.Index, winner.Value)
}
