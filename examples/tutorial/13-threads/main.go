// Work that blocks, done beside the loop.
//
//	go run ./examples/tutorial/13-threads
package main

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/reactor"
	"github.com/spindle-go/spindle/threads"
)

// bottles belongs to the loop: only its goroutine reads and writes it.
var bottles = 0

// fetch goes down to the cellar, which blocks, as a big file, a database driver
// or a C library does.
func fetch(r *reactor.Reactor, wine string) *deferred.Deferred[string] {
	bottle := threads.DeferToThread(r, func(context.Context) (string, error) {
		time.Sleep(30 * time.Millisecond) // on a worker: may block, must not touch bottles
		return "a bottle of " + wine, nil
	})
	return bottle.Tap(func(string) { bottles++ }) // on the loop again: no lock
}

func serve(r *reactor.Reactor) *deferred.Deferred[string] {
	bottle := fetch(r, "red wine")
	fmt.Println("the loop serves others meanwhile")
	return bottle
}

func main() {
	bottle, err := reactor.React(context.Background(), reactor.Default(), serve)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("served:", bottle)
	fmt.Println("bottles:", bottles)
}
