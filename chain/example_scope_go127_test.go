//go:build go1.27

package chain_test

import (
	"fmt"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
)

func ExampleScope_Add() {
	s := chain.NewScope()
	s.Add(fetch("a"))
	s.Close()
	// Output: given up: a
}

func ExampleScope_Go() {
	s := chain.NewScope()
	s.Go(func() *deferred.Deferred[int] { return deferred.Succeed(7) }).Tap(func(n int) { fmt.Println(n) })
	// Output: 7
}
