package deferred_test

import (
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// short leaves out of a text of debug mode what would differ from run to run:
// folders, lines and ages.
func short(text string) string {
	text = regexp.MustCompile(`\S*/([a-z_]+\.go):\d+`).ReplaceAllString(text, "($1")
	text = regexp.MustCompile(`\S+/deferred_test\.`).ReplaceAllString(text, "")
	text = regexp.MustCompile(`[0-9.]+[mnµ]?s old`).ReplaceAllString(text, "... old")
	return text
}

func parse(text string) (string, error) { return "", errors.New("no digits in " + text) }

func double(text string) (string, error) { return text + text, nil }

// In debug mode a failure tells its story.
func ExampleSetDebug() {
	deferred.SetDebug(true)
	defer deferred.SetDebug(false)

	d := deferred.New[string]()
	d.AddCallback(parse)
	d.AddCallback(double)
	d.Catch(func(f *failure.Failure) { fmt.Println(short(f.Traceback())) })
	_ = d.Callback("abc")

	fmt.Println(short(d.Callback("again").Error()))
	// Output:
	// no digits in abc
	//     at parse (example_debug_test.go)
	//   its story:
	//     Deferred[string] made in ExampleSetDebug (example_debug_test.go)
	//     fired in ExampleSetDebug (example_debug_test.go)
	//     failed in parse (example_debug_test.go), added in ExampleSetDebug (example_debug_test.go)
	//     passed by double (example_debug_test.go), added in ExampleSetDebug (example_debug_test.go)
	//     handled by ExampleSetDebug.func1 (example_debug_test.go), added in ExampleSetDebug (example_debug_test.go)
	// deferred: already called, first at ExampleSetDebug (example_debug_test.go)
}

// Pending answers the question where a program is stuck.
func ExamplePending() {
	deferred.SetDebug(true)
	defer deferred.SetDebug(false)

	answer := deferred.New[string]()
	length := deferred.Then(answer, func(s string) (int, error) { return len(s), nil })

	for _, p := range deferred.Pending() {
		if strings.HasSuffix(p.Made.Function, "ExamplePending") { // other examples leave some
			fmt.Println(short(p.String()))
		}
	}
	_ = answer.Callback("done")
	fmt.Println(length.Called())
	// Output:
	// Deferred[string] made in ExamplePending (example_debug_test.go), ... old
	// Deferred[int] made in ExamplePending (example_debug_test.go), ... old, waits for Deferred[string] made in ExamplePending (example_debug_test.go)
	// true
}

// A PendingInfo has the parts of it, too.
func ExamplePendingInfo() {
	deferred.SetDebug(true)
	defer deferred.SetDebug(false)

	dial := deferred.New(func(*deferred.Deferred[int]) {})
	for _, p := range deferred.Pending() {
		if strings.HasSuffix(p.Made.Function, "ExamplePendingInfo") {
			fmt.Println(p.Type, filepath.Base(p.Made.File), p.Age > 0, p.Needs)
		}
	}
	dial.Cancel()
	dial.Catch(func(f *failure.Failure) { fmt.Println(f) })
	// Output:
	// Deferred[int] example_debug_test.go true what deferred_test.ExamplePendingInfo.func1 cancels
	// deferred: cancelled
}

// Dot draws what a Deferred waits for.
func ExampleDot() {
	answer := deferred.New[string]()
	length := deferred.Then(answer, func(s string) (int, error) { return len(s), nil })

	fmt.Print(deferred.Dot(length))
	// Output:
	// digraph deferred {
	// 	rankdir=LR;
	// 	node [shape=box];
	// 	d1 [label="Deferred[int]\nwaits, handlers: 1"];
	// 	d2 [label="Deferred[string]\nnot fired, handlers: 1"];
	// 	d1 -> d2;
	// }
}

// bothOf stands for two Deferreds.
type bothOf [2]*deferred.Deferred[int]

func (b bothOf) Cancel() {
	b[0].Cancel()
	b[1].Cancel()
}

func (b bothOf) WaitsFor() iter.Seq[deferred.Canceller] {
	return slices.Values([]deferred.Canceller{b[0], b[1]})
}

// A list of one's own is a Group, so that Dot and Pending see through it.
func ExampleGroup() {
	parts := bothOf{deferred.New[int](), deferred.New[int]()}
	sum := deferred.New[int]().PassCancelTo(parts)

	fmt.Println(strings.Count(deferred.Dot(sum), "->"), "arrows")
	// Output:
	// 2 arrows
}

// A Deferred is used on another goroutine, while one of its handlers is running.
func ExampleSetMisuseHandler() {
	deferred.SetDebug(true)
	defer deferred.SetDebug(false)
	deferred.SetMisuseHandler(func(m deferred.Misuse) {
		fmt.Println(short(m.Made.String()))
		fmt.Println(strings.Contains(m.Stack, "ExampleSetMisuseHandler"))
	})
	defer deferred.SetMisuseHandler(nil) // the default logs it

	d := deferred.New[int]()
	d.Tap(func(int) {
		done := make(chan struct{})
		go func() {
			defer close(done)
			d.Finally(func() {}) // not its own
		}()
		<-done
	})
	_ = d.Callback(1)
	// Output:
	// ExampleSetMisuseHandler (example_debug_test.go)
	// true
}

// A Misuse prints with both stacks.
func ExampleMisuse() {
	m := deferred.Misuse{Type: "Deferred[int]", Stack: "    at main.worker (main.go:10)", Before: "    at main.main (main.go:3)"}
	m.Made = failure.Place{Function: "main.main", File: "main.go", Line: 3}
	fmt.Println(m)
	// Output:
	// Deferred[int] made in main.main (main.go:3) is used by two goroutines
	// by one that it does not belong to:
	//     at main.worker (main.go:10)
	// before that by the one that it belongs to:
	//     at main.main (main.go:3)
}

// In debug mode an unhandled failure says whose result it was.
func ExampleUnhandled() {
	deferred.SetDebug(true)
	defer deferred.SetDebug(false)
	deferred.SetUnhandledHandler(func(u deferred.Unhandled) {
		fmt.Println(u.Failure, "in a", u.Type, "made in", short(u.Made.String()))
		for _, h := range u.Hops {
			fmt.Println("-", h.Kind)
		}
	})
	defer deferred.SetUnhandledHandler(nil)

	_ = deferred.New[string]().AddCallback(parse).Callback("abc")
	deferred.FlushUnhandled()
	// Output:
	// no digits in abc in a Deferred[string] made in ExampleUnhandled (example_debug_test.go)
	// - made
	// - fired
	// - failed in
	// - reported as unhandled
}
