// From a result of one type to a result of another.
//
//	go run ./examples/tutorial/04-then
package main

import (
	"fmt"
	"strconv"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// bill is what is to be paid.
type bill struct{ cents int }

// total makes a bill of how many cups there were. It is an ordinary function.
func total(cups int) (bill, error) {
	return bill{cents: 250 * cups}, nil
}

func ask(answer string) {
	text := deferred.New[string]()

	cups := deferred.Then(text, strconv.Atoi) // *deferred.Deferred[int]
	due := deferred.Then(cups, total)         // *deferred.Deferred[bill]
	due.Tap(func(b bill) { fmt.Printf("%d.%02d to pay\n", b.cents/100, b.cents%100) })
	due.Catch(func(f *failure.Failure) { fmt.Println("no bill:", f) })

	_ = text.Callback(answer)
}

func main() {
	ask("3")
	ask("many")
}
