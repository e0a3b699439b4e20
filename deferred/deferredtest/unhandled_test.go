package deferredtest_test

import (
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
	"github.com/spindle-go/spindle/failure"
)

func TestCheckUnhandled(t *testing.T) {
	rows := []struct {
		name string
		do   func(t testing.TB)
		want []string // the first lines of the errors
	}{
		{"nothing failed", func(testing.TB) { deferred.Succeed(1) }, nil},
		{"handled", func(testing.TB) { deferred.Fail[int](errNo).Catch(func(*failure.Failure) {}) }, nil},
		{"handled by an assertion", func(t testing.TB) { _ = deferredtest.FailureOf(t, deferred.Fail[int](errNo)) }, nil},
		{"left", func(testing.TB) { deferred.Fail[int](errNo) }, []string{"unhandled failure: no"}},
		{"several left", func(testing.TB) {
			deferred.Fail[int](errNo)
			deferred.Fail[int](errors.New("other"))
		}, []string{"unhandled failure: no", "unhandled failure: other"}},
		{"left in a turn", func(testing.TB) {
			loop := deferred.NewTurns()
			defer loop.Close()
			loop.Begin()
			deferred.Fail[int](errNo)
			loop.End()
		}, []string{"unhandled failure: no"}},
		{"left by a test that ends early", func(t testing.TB) {
			deferred.Fail[int](errNo)
			t.Fatalf("the end")
		}, []string{"unhandled failure: no"}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			f := run(func(t testing.TB) {
				deferredtest.CheckUnhandled(t)
				row.do(t)
			})
			var got []string
			for _, text := range f.errors {
				got = append(got, firstLine(text))
				if !strings.Contains(text, "TestCheckUnhandled") {
					t.Errorf("the trace does not lead here:\n%s", text)
				}
			}
			if !reflect.DeepEqual(got, row.want) {
				t.Errorf("errors %q, want %q", got, row.want)
			}
		})
	}
}

// TestCheckUnhandledIsAboutOneTest makes sure that neither what was left before
// nor what is left after counts.
func TestCheckUnhandledIsAboutOneTest(t *testing.T) {
	var elsewhere []string
	note := func(u deferred.Unhandled) { elsewhere = append(elsewhere, u.Failure.Error()) }
	deferred.FlushUnhandled()
	deferred.SetUnhandledHandler(note)
	defer deferred.SetUnhandledHandler(nil)
	deferred.Fail[int](errors.New("before"))
	f := run(func(t testing.TB) {
		deferredtest.CheckUnhandled(t)
	})
	deferred.SetUnhandledHandler(note) // it has set the default
	deferred.Fail[int](errors.New("after"))
	deferred.FlushUnhandled()
	if len(f.errors) > 0 {
		t.Errorf("errors %q", f.errors)
	}
	if want := []string{"before", "after"}; !reflect.DeepEqual(elsewhere, want) {
		t.Errorf("reported elsewhere %q, want %q", elsewhere, want)
	}
}

// TestCheckUnhandledFromOtherGoroutines has loops that report while the test goes
// on.
func TestCheckUnhandledFromOtherGoroutines(t *testing.T) {
	const loops = 4
	f := run(func(t testing.TB) {
		deferredtest.CheckUnhandled(t)
		var running sync.WaitGroup
		for range loops {
			running.Go(func() {
				loop := deferred.NewTurns()
				defer loop.Close()
				loop.Begin()
				deferred.Fail[int](errNo)
				loop.End()
			})
		}
		running.Wait()
	})
	if len(f.errors) != loops {
		t.Errorf("%d errors, want %d", len(f.errors), loops)
	}
}
