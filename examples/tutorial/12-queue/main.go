// A queue between those who make and those who take, in which a fast maker has
// to wait for a slow taker.
//
//	go run ./examples/tutorial/12-queue
package main

import (
	"context"
	"fmt"
	"log"
	"slices"
	"time"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/reactor"
	"github.com/spindle-go/spindle/timeout"
)

var plates = []int{1, 2, 3, 4, 5, 6}

func serve(r *reactor.Reactor) *deferred.Deferred[[]int] {
	counter := chain.NewQueue[int](2, -1) // room for 2 plates; any number may wait for one

	put := func(plate int) *deferred.Deferred[int] {
		return deferred.Then(counter.PutWait(plate), func(struct{}) (int, error) {
			fmt.Println("the cook has put down plate", plate)
			return plate, nil
		})
	}
	take := func(int) *deferred.Deferred[int] {
		return counter.Get().AddCallback(func(plate int) (int, error) {
			fmt.Println("the waiter has taken plate", plate)
			return timeout.Later(r, 10*time.Millisecond, func() (int, error) { return plate, nil }).Chain()
		})
	}

	cook := chain.ForEach(slices.Values(plates), 1, put) // one after the other
	waiter := chain.ForEach(slices.Values(plates), 1, take)
	both := chain.Gather([]*deferred.Deferred[[]int]{cook, waiter})
	return deferred.Then(both, func(done [][]int) ([]int, error) { return done[1], nil })
}

func main() {
	served, err := reactor.React(context.Background(), reactor.Default(), serve)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("served:", served)
}
