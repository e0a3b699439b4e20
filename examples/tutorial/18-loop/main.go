// Something that is done again and again.
//
//	go run ./examples/tutorial/18-loop
package main

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/reactor"
	"github.com/spindle-go/spindle/timeout"
)

func serve(r *reactor.Reactor) *deferred.Deferred[struct{}] {
	round := 0
	var walk *timeout.Loop
	walk = timeout.NewLoop(r, func(int) *deferred.Deferred[struct{}] {
		round++
		fmt.Println("round", round, "through the room")
		if round == 3 {
			_ = walk.Stop()
			return nil // done at once
		}
		return timeout.Sleep(r, 5*time.Millisecond) // done when this is: rounds never overlap
	})
	return walk.Start(20*time.Millisecond, true) // fires when the loop has ended
}

func main() {
	_, err := reactor.React(context.Background(), reactor.Default(), serve)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("time to go home")
}
