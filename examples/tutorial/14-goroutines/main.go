// The door through which other goroutines come in.
//
//	go run ./examples/tutorial/14-goroutines
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/reactor"
)

// ring is a goroutine of our own: it must not touch what belongs to the loop.
// It hands a function to the loop, which calls it there.
func ring(r *reactor.Reactor, guest int, heard func(guest int)) {
	if err := r.CallFromThread(func() { heard(guest) }); err != nil {
		log.Print("the reactor has stopped: ", err)
	}
}

func serve(r *reactor.Reactor) *deferred.Deferred[int] {
	const guests = 100
	all := deferred.New[int]()
	count, sum := 0, 0 // a hundred goroutines lead to them, and they need no lock

	for guest := range guests {
		go ring(r, guest, func(guest int) {
			sum += guest
			if count++; count == guests {
				_ = all.Callback(sum)
			}
		})
	}
	return all
}

func main() {
	sum, err := reactor.React(context.Background(), reactor.Default(), serve)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("everybody has rung the bell; their numbers add up to", sum)
}
