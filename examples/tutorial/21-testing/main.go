// A program whose test turns the clock: see main_test.go.
//
//	go run ./examples/tutorial/21-testing
//	go test -v ./examples/tutorial/21-testing
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

// patience is how long a guest waits.
const patience = 10 * time.Minute

// brew takes the time from whatever clock it is given: a reactor in the
// program, a virtual clock in the test.
func brew(clock deferred.Clock, takes time.Duration) *deferred.Deferred[string] {
	tea := timeout.Later(clock, takes, func() (string, error) { return "tea", nil })
	return tea.AddTimeout(patience, clock)
}

func main() {
	drink, err := reactor.React(context.Background(), reactor.Default(),
		func(r *reactor.Reactor) *deferred.Deferred[string] { return brew(r, 20*time.Millisecond) })
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("served:", drink)
}
