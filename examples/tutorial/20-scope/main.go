// An owner for work that belongs together: nothing of it is left behind.
//
//	go run ./examples/tutorial/20-scope
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/reactor"
	"github.com/spindle-go/spindle/timeout"
)

var errSoldOut = errors.New("sold out")

// cook tells how it ended, whatever that is.
func cook(r *reactor.Reactor, dish string, takes time.Duration, err error) *deferred.Deferred[string] {
	done := timeout.Later(r, takes, func() (string, error) { return dish, err })
	return done.AddBoth(func(got string, err error) (string, error) {
		fmt.Printf("%s: %v\n", dish, err)
		return got, err
	})
}

func serve(r *reactor.Reactor) *deferred.Deferred[struct{}] {
	table := chain.NewScope()
	chain.Add(table, cook(r, "soup", 10*time.Millisecond, nil))
	chain.Add(table, cook(r, "cake", 20*time.Millisecond, errSoldOut)) // the others are cancelled
	chain.Add(table, cook(r, "roast", time.Hour, nil))
	chain.Add(table, cook(r, "stew", time.Hour, nil))

	ended := table.Wait() // fires when all have ended, and fails with the first failure
	ended.Finally(func() { fmt.Println("still cooking:", table.Len()) })
	return ended.Catch(func(f *failure.Failure) { fmt.Println("the table gives up:", f) })
}

func main() {
	if _, err := reactor.React(context.Background(), reactor.Default(), serve); err != nil {
		log.Fatal(err)
	}
}
