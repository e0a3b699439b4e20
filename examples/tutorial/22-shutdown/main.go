// An end in order: finish what is under way, but not for ever.
//
//	go run ./examples/tutorial/22-shutdown
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"syscall"
	"time"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/reactor"
	"github.com/spindle-go/spindle/timeout"
)

// cook tells how it ended.
func cook(r *reactor.Reactor, dish string, takes time.Duration) *deferred.Deferred[struct{}] {
	return timeout.Sleep(r, takes).AddBoth(func(_ struct{}, err error) (struct{}, error) {
		fmt.Printf("%s: %v\n", dish, err)
		return struct{}{}, err
	})
}

// signal sends this program what a service manager sends to end it.
func signal() {
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = self.Signal(syscall.SIGTERM)
	}
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	r := reactor.Default()
	kitchen := chain.NewScope() // owns what is under way

	r.CallWhenRunning(func() {
		chain.Add(kitchen, cook(r, "stew", time.Hour))
		signal()
	})

	// Before anything is closed. The shutdown waits for the Deferred.
	r.AddSystemEventTrigger(reactor.Before, reactor.Shutdown, func() *deferred.Deferred[struct{}] {
		fmt.Println("last orders!")
		chain.Add(kitchen, cook(r, "tea", 10*time.Millisecond))

		finished := kitchen.Wait().AddTimeout(200*time.Millisecond, r) // then the rest is cancelled
		return finished.Catch(func(f *failure.Failure) { fmt.Println("not all was finished:", f) })
	})

	// After everything is closed.
	r.AddSystemEventTrigger(reactor.After, reactor.Shutdown, func() *deferred.Deferred[struct{}] {
		fmt.Println("lights out")
		return nil // nothing to wait for
	})

	if err := r.Run(context.Background()); err != nil { // until Stop or a signal
		log.Fatal(err)
	}
	fmt.Println("closed")
}
