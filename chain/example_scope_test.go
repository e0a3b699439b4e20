package chain_test

import (
	"errors"
	"fmt"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

func ExampleScope() {
	connection := chain.NewScope()
	reader := chain.Add(connection, fetch("the reader"))
	chain.Add(connection, fetch("the writer"))
	connection.Wait().Catch(func(f *failure.Failure) { fmt.Println("all have ended:", f) })
	_ = reader.Errback(errors.New("connection reset"))
	// Output:
	// given up: the writer
	// all have ended: connection reset
}

func ExampleNewScope() {
	s := chain.NewScope()
	s.Wait().Tap(func(struct{}) { fmt.Println("nothing to wait for") })
	// Output: nothing to wait for
}

func ExampleScope_Wait() {
	s := chain.NewScope()
	d := chain.Add(s, fetch("a"))
	s.Wait().Tap(func(struct{}) { fmt.Println("all have ended") })
	_ = d.Callback("text of a")
	// Output: all have ended
}

func ExampleScope_Close() {
	s := chain.NewScope()
	chain.Add(s, fetch("a"))
	chain.Add(s, fetch("b"))
	s.Close().Tap(func(struct{}) { fmt.Println("closed") })
	// Output:
	// given up: a
	// given up: b
	// closed
}

func ExampleScope_Len() {
	s := chain.NewScope()
	a := chain.Add(s, fetch("a"))
	chain.Add(s, fetch("b"))
	_ = a.Callback("text of a")
	fmt.Println(s.Len())
	// Output: 1
}

func ExampleAdd() {
	s := chain.NewScope()
	chain.Add(s, fetch("a")).Tap(func(text string) { fmt.Println(text) })
	s.Close()
	chain.Add(s, fetch("b")) // too late
	// Output:
	// given up: a
	// given up: b
}

func ExampleGo() {
	s := chain.NewScope()
	chain.Go(s, func() *deferred.Deferred[string] { panic("no such host") })
	s.Wait().Catch(func(f *failure.Failure) { fmt.Println(f) })
	d := chain.Go(s, func() *deferred.Deferred[string] { return fetch("a") }) // is not called
	fmt.Println(d.Called())
	// Output:
	// panic: no such host
	// true
}
