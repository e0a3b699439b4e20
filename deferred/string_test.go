package deferred_test

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// address is what differs from run to run in the text of a Deferred.
var address = regexp.MustCompile(`0x[0-9a-f]+`)

// shown is the text of a Deferred with its addresses made equal.
func shown(d fmt.Stringer) string {
	return firstPlace.ReplaceAllString(address.ReplaceAllString(d.String(), "@"), "")
}

// firstPlace is what debug mode adds to an ErrAlreadyCalled, cut as String does.
var firstPlace = regexp.MustCompile(`, first at .*?\.\.\.`)

func TestString(t *testing.T) {
	silenceUnhandled(t)
	chained := func(n int) *number {
		d := newNumber()
		for range n {
			inner := d
			d = deferred.Succeed(1).AddCallback(func(int) (int, error) { return inner.Chain() })
		}
		return d
	}
	paused := func(d *number) *number { d.Pause(); return d }
	var self *deferred.Deferred[any]
	self = deferred.Succeed[any](nil).AddCallback(func(any) (any, error) { return self, nil })
	rows := []struct {
		name, want string
		d          fmt.Stringer
	}{
		{"not fired", "Deferred[int](@) not fired", newNumber()},
		{"not fired, paused", "Deferred[int](@) not fired, paused", paused(newNumber())},
		{"value", "Deferred[int](@) value: 7", deferred.Succeed(7)},
		{"value of a struct", "Deferred[struct {}](@) value: {}", deferred.Succeed(struct{}{})},
		{"paused", "Deferred[int](@) value: 7, paused", paused(deferred.Succeed(7))},
		{"failure", "Deferred[int](@) failed: no", deferred.Fail[int](errNo)},
		{"failure, paused", "Deferred[int](@) failed: no, paused", paused(deferred.Fail[int](errNo))},
		{"waiting", "Deferred[int](@) waits for Deferred[int](@) not fired", chained(1)},
		{"waiting through one", "Deferred[int](@) waits for Deferred[int](@) not fired, through 1 other", chained(2)},
		{"waiting through many", "Deferred[int](@) waits for Deferred[int](@) not fired, through 999 others", chained(1000)},
		{
			"made by Then", "Deferred[string](@) waits for Deferred[int](@) not fired",
			deferred.Then(newNumber(), func(int) (string, error) { return "", nil }),
		},
		{"long value", "Deferred[string](@) value: " + strings.Repeat("x", 80) + "...", deferred.Succeed(strings.Repeat("x", 81))},
		{
			"long value, cut inside a letter", "Deferred[string](@) value: " + strings.Repeat("x", 79) + "...",
			deferred.Succeed(strings.Repeat("x", 79) + "é"),
		},
		{
			"long failure", "Deferred[int](@) failed: " + strings.Repeat("x", 80) + "...",
			deferred.Fail[int](errors.New(strings.Repeat("x", 100))),
		},
		{"a Deferred as value, itself even", "Deferred[interface {}](@) value: *deferred.Deferred[interface {}](@)", self},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if got := shown(row.d); got != row.want {
				t.Errorf("\ngot  %s\nwant %s", got, row.want)
			}
		})
	}
}

// TestStringInside is about what a Deferred says while something of it runs.
func TestStringInside(t *testing.T) {
	var got []string
	d := deferred.New(func(d *number) { got = append(got, shown(d)) })
	d.Catch(func(*failure.Failure) { got = append(got, shown(d)) })
	d.Cancel()
	want := []string{"Deferred[int](@) being cancelled", "Deferred[int](@) failed: deferred: cancelled, running"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %q, want %q", got, want)
	}
}
