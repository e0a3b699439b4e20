// Something that fails and is tried again.
//
//	go run ./examples/tutorial/19-retry
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/reactor"
	"github.com/spindle-go/spindle/timeout"
)

var (
	errStuck  = errors.New("the toast is stuck")
	errNoneIn = errors.New("there is no bread")
)

// toast works the third time, if there is bread.
func toast(bread bool) func(attempt int) *deferred.Deferred[string] {
	return func(attempt int) *deferred.Deferred[string] {
		fmt.Println("attempt", attempt)
		switch {
		case !bread:
			return deferred.Fail[string](timeout.Permanent(errNoneIn)) // no use to try again
		case attempt < 3:
			return deferred.Fail[string](errStuck)
		}
		return deferred.Succeed("toast")
	}
}

func serve(r *reactor.Reactor) *deferred.Deferred[string] {
	policy := timeout.Policy{
		Base:     5 * time.Millisecond, // the first wait is up to this, the next up to twice as long
		Attempts: 4,
	}
	breakfast := timeout.Retry(r, policy, toast(true))
	return breakfast.AddCallback(func(dish string) (string, error) {
		fmt.Println("served:", dish)
		return timeout.Retry(r, policy, toast(false)).Chain()
	})
}

func main() {
	_, err := reactor.React(context.Background(), reactor.Default(), serve)
	if !errors.Is(err, errNoneIn) {
		log.Fatal(err)
	}
	fmt.Println(err)
}
