package deferredtest

import (
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// seen is what a look at a Deferred gave.
type seen[T any] struct {
	fired bool
	v     T
	fail  *failure.Failure
}

// look attaches a step to d that notes the result, if there is one now, and
// swallows a failure, as the test has it. A result that comes later passes on.
func look[T any](d *deferred.Deferred[T]) *seen[T] {
	s := &seen[T]{}
	looking := true
	d.AddBoth(func(v T, err error) (T, error) {
		if !looking {
			return v, err
		}
		s.fired, s.v = true, v
		if err != nil {
			s.fail = failure.New(err)
		}
		return v, nil
	})
	looking = false
	return s
}

// SuccessOf returns the value that d has fired with, which stays the result of d.
// It fails the test at once if d has not fired, waits for another Deferred, or
// failed; a failure counts as handled then. It is trial's successResultOf.
func SuccessOf[T any](t testing.TB, d *deferred.Deferred[T]) T {
	t.Helper()
	s := look(d)
	switch {
	case !s.fired:
		t.Fatalf("success expected, but there is no result yet: %v", d)
	case s.fail != nil:
		t.Fatalf("success expected, but it failed: %+v", s.fail)
	}
	return s.v
}

// FailureOf returns the failure that d has fired with, which counts as handled
// then. It fails the test at once if d has not fired, waits for another
// Deferred, or has a value. It is trial's failureResultOf.
func FailureOf[T any](t testing.TB, d *deferred.Deferred[T]) *failure.Failure {
	t.Helper()
	s := look(d)
	switch {
	case !s.fired:
		t.Fatalf("failure expected, but there is no result yet: %v", d)
	case s.fail == nil:
		t.Fatalf("failure expected, but there is a value: %v", s.v)
	}
	return s.fail
}

// NoResult fails the test at once if d has a result; a failure counts as handled
// then. Otherwise d is as before: a result that comes later passes on. It is
// trial's assertNoResult.
func NoResult[T any](t testing.TB, d *deferred.Deferred[T]) {
	t.Helper()
	s := look(d)
	switch {
	case s.fail != nil:
		t.Fatalf("no result expected, but it failed: %+v", s.fail)
	case s.fired:
		t.Fatalf("no result expected, but there is a value: %v", s.v)
	}
}
