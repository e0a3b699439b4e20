//go:build go1.27

package deferred_test

import (
	"errors"
	"fmt"
	"strconv"
	"testing"

	"github.com/spindle-go/spindle/deferred"
)

// As methods, steps that change the type read from left to right.
func ExampleDeferred_Then() {
	line := deferred.New[string]()
	line.
		Then(strconv.Atoi).
		Then(func(n int) (float64, error) { return float64(n) / 2, nil }).
		ThenBoth(func(v float64, err error) (string, error) { return fmt.Sprintf("half is %v", v), err }).
		Tap(func(s string) { fmt.Println(s) })

	_ = line.Callback("21")
	// Output:
	// half is 10.5
}

// The method ThenBoth sees either result, as the function does.
func ExampleDeferred_ThenBoth() {
	deferred.Fail[int](errors.New("no answer")).
		ThenBoth(func(_ int, err error) (string, error) { return "sorry: " + err.Error(), nil }).
		Tap(func(s string) { fmt.Println(s) })
	// Output:
	// sorry: no answer
}

// TestMethodsAreTheFunctions makes sure that the methods consume as the functions
// do.
func TestMethodsAreTheFunctions(t *testing.T) {
	for name, second := range map[string]func(d *number) *number{
		"Then":     func(d *number) *number { return d.Then(increment) },
		"ThenBoth": func(d *number) *number { return d.ThenBoth(func(v int, err error) (int, error) { return v, err }) },
	} {
		t.Run(name, func(t *testing.T) {
			silenceUnhandled(t)
			d := newNumber()
			first := d.Then(increment)
			if f := failureOf(t, second(d)); !errors.Is(f, deferred.ErrAlreadyChained) {
				t.Errorf("the second one has %v, want ErrAlreadyChained", f)
			}
			_ = d.Callback(1)
			if v := valueOf(t, first); v != 2 {
				t.Errorf("the first one has %d, want 2", v)
			}
		})
	}
}

// TestMethodAllocations makes sure that a method costs what the function costs.
func TestMethodAllocations(t *testing.T) {
	if got := testing.AllocsPerRun(100, func() { kept = deferred.Succeed(1).Then(increment) }); got != 2 {
		t.Errorf("%v allocations, want 2: one is Succeed's", got)
	}
}
