// A lot of work, and only so much of it at a time.
//
//	go run ./examples/tutorial/10-limit
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

var orders = []string{"eggs", "toast", "tea", "soup", "cake", "coffee", "juice"}

const burners = 3

func serve(r *reactor.Reactor) *deferred.Deferred[[]string] {
	busy, most := 0, 0 // only the reactor's goroutine touches them: no lock

	cook := func(dish string) *deferred.Deferred[string] {
		busy++
		most = max(most, busy)
		return timeout.Later(r, 10*time.Millisecond, func() (string, error) {
			busy--
			return "hot " + dish, nil
		})
	}
	return chain.ForEach(slices.Values(orders), burners, cook).
		Finally(func() { fmt.Println("burners in use at a time:", most) })
}

func main() {
	dishes, err := reactor.React(context.Background(), reactor.Default(), serve)
	if err != nil {
		log.Fatal(err)
	}
	for _, dish := range dishes {
		fmt.Println(dish)
	}
}
