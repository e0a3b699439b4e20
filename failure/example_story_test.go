package failure_test

import (
	"fmt"
	"io"
	"path/filepath"

	"github.com/spindle-go/spindle/failure"
)

// With is for code that hands failures on and wants to leave a note about it.
func ExampleFailure_With() {
	f := failure.At(io.EOF, 0)
	f = f.With(failure.Hop{Kind: failure.HopHandedOver, Deferred: "the next one in line"})
	fmt.Printf("%+v\n", f)
	// Output:
	// EOF
	//   its story:
	//     handed over to the next one in line
}

// Hops gives the story to a program. In debug mode it is a Deferred that writes
// it.
func ExampleFailure_Hops() {
	f := failure.At(io.EOF, 0).
		With(failure.Hop{Kind: failure.HopFailed, Handler: failure.Place{Function: "main.parse"}}).
		With(failure.Hop{Kind: failure.HopReported})
	for _, h := range f.Hops() {
		fmt.Println(h.Kind, h.Handler.Function)
	}
	// Output:
	// failed in main.parse
	// reported as unhandled
}

// A Hop prints as a line.
func ExampleHop() {
	fmt.Println(failure.Hop{
		Kind:    failure.HopPassedBy,
		Handler: failure.Place{Function: "main.double", File: "main.go", Line: 12},
		At:      failure.Place{Function: "main.main", File: "main.go", Line: 30},
	})
	// Output:
	// passed by main.double (main.go:12), added in main.main (main.go:30)
}

// Kinds have names.
func ExampleHopKind() {
	fmt.Println(failure.HopMade, failure.HopHandedOver)
	// Output:
	// made handed over to
}

// Caller finds the user's line from inside a library.
func ExampleCaller() {
	place := failure.Caller()
	fmt.Println(filepath.Base(place.Function), filepath.Base(place.File))
	// Output:
	// failure_test.ExampleCaller example_story_test.go
}

// A Place prints as a trace has it.
func ExamplePlace() {
	fmt.Println(failure.Place{Function: "main.main", File: "main.go", Line: 30})
	fmt.Println(failure.Place{}, failure.Place{}.IsZero())
	// Output:
	// main.main (main.go:30)
	// a place that is not known true
}
