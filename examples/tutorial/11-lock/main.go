// Work that goes on over several callbacks, and must not be mixed up.
//
//	go run ./examples/tutorial/11-lock
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

// serve lets three guests pay at the same time, without a lock and with one.
func serve(r *reactor.Reactor) *deferred.Deferred[[]int] {
	total := 0
	pay := func(price int) *deferred.Deferred[int] {
		before := total
		return timeout.Later(r, 5*time.Millisecond, func() (int, error) { // the card is checked
			total = before + price
			return total, nil
		})
	}
	till := chain.NewLock()
	payInTurn := func(price int) *deferred.Deferred[int] {
		return chain.Run(till, func() *deferred.Deferred[int] { return pay(price) })
	}

	guests := func(how func(price int) *deferred.Deferred[int]) *deferred.Deferred[[]int] {
		return chain.Gather([]*deferred.Deferred[int]{how(10), how(20), how(30)})
	}
	return guests(pay).AddCallback(func(sums []int) ([]int, error) {
		fmt.Println("all at once:      ", sums, "and in the till:", total)
		total = 0
		return guests(payInTurn).Chain()
	}).Tap(func(sums []int) {
		fmt.Println("one after another:", sums, "and in the till:", total)
	})
}

func main() {
	if _, err := reactor.React(context.Background(), reactor.Default(), serve); err != nil {
		log.Fatal(err)
	}
}
