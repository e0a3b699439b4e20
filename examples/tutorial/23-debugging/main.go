// Where is a program stuck, and where did a failure come from?
//
//	go run ./examples/tutorial/23-debugging
package main

import (
	"errors"
	"fmt"
	"log"
	"regexp"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// roastery will deliver beans.
func roastery() *deferred.Deferred[string] { return deferred.New[string]() }

// dairy will deliver milk, if it is good.
func dairy() *deferred.Deferred[string] { return deferred.New[string]().AddCallback(check) }

func check(milk string) (string, error) {
	if milk == "sour milk" {
		return "", errors.New("the milk is sour")
	}
	return milk, nil
}

// cappuccino needs the beans first, and then milk.
func cappuccino(beans, milk *deferred.Deferred[string]) *deferred.Deferred[string] {
	return beans.AddCallback(func(string) (string, error) { return milk.Chain() })
}

func serve(milk string) (string, error) {
	fmt.Println("served: cappuccino with", milk)
	return "cappuccino", nil
}

// apologise shows where the failure was born, and its whole way to here.
func apologise(f *failure.Failure) {
	fmt.Println(stable(fmt.Sprintf("%+v", f)))
}

// place is what stands behind the name of a function: its file and its line.
var place = regexp.MustCompile(` \(.*?\.go:\d+\)`)

// stable takes the files and lines away, as they are others on your machine.
func stable(text string) string { return place.ReplaceAllString(text, " (file:line)") }

func main() {
	deferred.SetDebug(true) // first of all, as it counts for Deferreds that are made from now on

	beans, milk := roastery(), dairy()
	drink := cappuccino(beans, milk).AddCallback(serve).Catch(apologise)
	if err := beans.Callback("arabica"); err != nil {
		log.Fatal(err)
	}

	fmt.Println("Nothing is served. What has not fired?")
	for _, p := range deferred.Pending() {
		fmt.Println("-", stable(p.String()))
	}

	fmt.Println("What does the drink wait for?")
	fmt.Print(stable(deferred.Dot(drink)))

	fmt.Println("The milk is here. Why is nothing served?")
	if err := milk.Callback("sour milk"); err != nil {
		log.Fatal(err)
	}
}
