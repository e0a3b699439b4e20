package deferredtest_test

import (
	"errors"
	"os"
	"regexp"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
	"github.com/spindle-go/spindle/failure"
)

var errNo = errors.New("no")

// address is what differs from run to run in the text of a Deferred.
var address = regexp.MustCompile(`0x[0-9a-f]+`)

// waiting is a Deferred that waits for another.
func waiting() *deferred.Deferred[int] { return deferred.Maybe(deferred.New[int]().Chain) }

// TestAssertions has what each assertion says of each state.
func TestAssertions(t *testing.T) {
	const (
		success   = "success expected, but "
		failed    = "failure expected, but "
		nothing   = "no result expected, but "
		none      = "there is no result yet: Deferred[int](@) not fired"
		waits     = "there is no result yet: Deferred[int](@) waits for Deferred[int](@) not fired"
		itsPaused = "there is no result yet: Deferred[int](@) value: 7, paused"
	)
	paused := func() *deferred.Deferred[int] {
		d := deferred.Succeed(7)
		d.Pause()
		return d
	}
	states := []struct {
		name                             string
		make                             func() *deferred.Deferred[int]
		successOf, failureOf, noResultOf string // what they say; "" is nothing
	}{
		{"not fired", deferred0, success + none, failed + none, ""},
		{"waiting", waiting, success + waits, failed + waits, ""},
		{"paused", paused, success + itsPaused, failed + itsPaused, ""},
		{
			"value", func() *deferred.Deferred[int] { return deferred.Succeed(7) },
			"", failed + "there is a value: 7", nothing + "there is a value: 7",
		},
		{
			"zero value", func() *deferred.Deferred[int] { return deferred.Succeed(0) },
			"", failed + "there is a value: 0", nothing + "there is a value: 0",
		},
		{
			"failure", func() *deferred.Deferred[int] { return deferred.Fail[int](errNo) },
			success + "it failed: no", "", nothing + "it failed: no",
		},
	}
	assertions := map[string]func(t testing.TB, d *deferred.Deferred[int]){
		"SuccessOf": func(t testing.TB, d *deferred.Deferred[int]) { deferredtest.SuccessOf(t, d) },
		"FailureOf": func(t testing.TB, d *deferred.Deferred[int]) { _ = deferredtest.FailureOf(t, d) },
		"NoResult":  func(t testing.TB, d *deferred.Deferred[int]) { deferredtest.NoResult(t, d) },
	}
	for _, state := range states {
		wants := map[string]string{"SuccessOf": state.successOf, "FailureOf": state.failureOf, "NoResult": state.noResultOf}
		for name, assert := range assertions {
			t.Run(name+"/"+state.name, func(t *testing.T) {
				deferredtest.CheckUnhandled(t) // the assertions handle what they see
				passed := false
				f := run(func(t testing.TB) {
					assert(t, state.make())
					passed = true
				})
				if got := address.ReplaceAllString(firstLine(f.fatal), "@"); got != wants[name] {
					t.Errorf("it says %q, want %q", got, wants[name])
				}
				if passed != (wants[name] == "") {
					t.Errorf("it went on: %v", passed)
				}
			})
		}
	}
}

func deferred0() *deferred.Deferred[int] { return deferred.New[int]() }

func TestSuccessOfGivesTheValue(t *testing.T) {
	d := deferred.Succeed("text")
	if got := deferredtest.SuccessOf(t, d); got != "text" {
		t.Errorf("value %q", got)
	}
	if got := deferredtest.SuccessOf(t, d); got != "text" {
		t.Errorf("asked again it is %q", got)
	}
}

func TestFailureOfGivesTheFailure(t *testing.T) {
	want := failure.New(errNo)
	d := deferred.Fail[int](want)
	if got := deferredtest.FailureOf(t, d); got != want && !(os.Getenv("SPINDLE_DEBUG") == "1" && errors.Is(got, want)) {
		t.Errorf("failure %v, want the very one it was fired with", got)
	}
	if got := deferredtest.SuccessOf(t, d); got != 0 {
		t.Errorf("afterwards the value is %v, want zero", got)
	}
}

// TestLookingEarlyChangesNothing is about a Deferred that fires after somebody
// has looked: value and failure pass on.
func TestLookingEarlyChangesNothing(t *testing.T) {
	for name, look := range map[string]func(d *deferred.Deferred[int]){
		"NoResult":  func(d *deferred.Deferred[int]) { deferredtest.NoResult(t, d) },
		"SuccessOf": func(d *deferred.Deferred[int]) { run(func(t testing.TB) { deferredtest.SuccessOf(t, d) }) },
		"FailureOf": func(d *deferred.Deferred[int]) { run(func(t testing.TB) { _ = deferredtest.FailureOf(t, d) }) },
	} {
		t.Run(name, func(t *testing.T) {
			d := deferred.New[int]()
			look(d)
			_ = d.Callback(7)
			if got := deferredtest.SuccessOf(t, d); got != 7 {
				t.Errorf("value %v, want 7", got)
			}
			d = deferred.New[int]()
			look(d)
			_ = d.Errback(errNo)
			if got := deferredtest.FailureOf(t, d); !errors.Is(got, errNo) {
				t.Errorf("failure %v", got)
			}
		})
	}
}
