// A queue between those who make and those who take, in which a fast maker has
// to wait for a slow taker.
//
//	go run ./examples/tutorial/11-queue
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

const plates = 6

// cook puts plate after plate on the counter, each when there is room for it.
func cook(counter *chain.Queue[int], plate int) {
	if plate > plates {
		return
	}
	counter.PutWait(plate).Tap(func(struct{}) {
		fmt.Printf("plate %d is on the counter, which holds %d\n", plate, counter.Len())
		cook(counter, plate+1)
	})
}

// wait takes one plate, serves it, and then the next one. It fires with the
// number of the last one.
func wait(r *reactor.Reactor, counter *chain.Queue[int]) *deferred.Deferred[int] {
	return counter.Get().AddCallback(func(plate int) (int, error) {
		fmt.Printf("plate %d is served\n", plate)
		if plate == plates {
			return plate, nil
		}
		return timeout.Later(r, 10*time.Millisecond, func() (int, error) {
			return wait(r, counter).Chain() // back from the table: the next one
		}).Chain()
	})
}

func serve(r *reactor.Reactor) *deferred.Deferred[int] {
	counter := chain.NewQueue[int](2, -1) // room for 2 plates; any number may wait for one
	cook(counter, 1)
	return wait(r, counter)
}

func main() {
	served, err := reactor.React(context.Background(), reactor.Default(), serve)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("all", served, "plates are served")
}
