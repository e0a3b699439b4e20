package failure_test

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/failure"
)

// caught runs do and returns the failure of its panic.
func caught(do func()) (f *failure.Failure) {
	defer func() { f = failure.Recovered(recover()) }()
	do()
	return nil
}

// explode panics; its name is looked for in stacks.
func explode(v any) { panic(v) }

type stringer struct{}

func (stringer) String() string { return "a stringer" }

func TestRecovered(t *testing.T) {
	rows := []struct {
		name  string
		value any
		want  string
		is    error // what errors.Is must find; nil: nothing is inside
	}{
		{"string", "boom", "panic: boom", nil},
		{"error", io.EOF, "panic: EOF", io.EOF},
		{"wrapped error", fmt.Errorf("read: %w", io.EOF), "panic: read: EOF", io.EOF},
		{"int", 7, "panic: 7", nil},
		{"struct", struct{ A int }{1}, "panic: {1}", nil},
		{"stringer", stringer{}, "panic: a stringer", nil},
		{"failure", failure.New(io.EOF), "panic: EOF", io.EOF},
		{"nil pointer", (*int)(nil), "panic: <nil>", nil},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			f := caught(func() { explode(row.value) })
			if f.Error() != row.want {
				t.Errorf("Error() = %q, want %q", f.Error(), row.want)
			}
			p, ok := errors.AsType[*failure.PanicError](f)
			if !ok {
				t.Fatalf("%v holds no PanicError", f)
			}
			if p.Value != row.value {
				t.Errorf("Value = %v, want %v", p.Value, row.value)
			}
			if !strings.Contains(string(p.Stack), "failure_test.explode") {
				t.Errorf("the stack does not show the function that panicked:\n%s", p.Stack)
			}
			if row.is == nil && p.Unwrap() != nil {
				t.Errorf("Unwrap() = %v, want nil", p.Unwrap())
			}
			if row.is != nil && !errors.Is(f, row.is) {
				t.Errorf("errors.Is does not find %v", row.is)
			}
		})
	}
}

func TestRecoveredNil(t *testing.T) {
	if f := failure.Recovered(nil); f != nil {
		t.Errorf("Recovered(nil) = %v, want nil", f)
	}
	if f := caught(func() {}); f != nil {
		t.Errorf("without a panic it is %v, want nil", f)
	}
}

func TestRecoveredPanicNil(t *testing.T) {
	f := caught(func() { panic(nil) }) //nolint:govet // that is the case
	if _, ok := errors.AsType[*runtime.PanicNilError](f); !ok {
		t.Errorf("panic(nil) gave %v", f)
	}
}

func TestRecoveredRuntimeError(t *testing.T) {
	var (
		list    []int
		pointer *struct{ n int }
		table   map[string]int
		value   any = "text"
		zero    int
	)
	rows := []struct {
		name, want string
		do         func()
	}{
		{"nil dereference", "nil pointer dereference", func() { pointer.n++ }},
		{"index", "index out of range", func() { list[zero]++ }},
		{"nil map", "assignment to entry in nil map", func() { table["a"] = 1 }},
		{"type assertion", "interface conversion", func() { _ = value.(int) }},
		{"division", "integer divide by zero", func() { zero = 1 / zero }},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			f := caught(row.do)
			if f == nil {
				t.Fatal("nothing panicked")
			}
			if _, ok := errors.AsType[runtime.Error](f); !ok {
				t.Errorf("%v is no runtime.Error", f)
			}
			if !strings.Contains(f.Error(), row.want) {
				t.Errorf("Error() = %q, want %q in it", f.Error(), row.want)
			}
			if !strings.Contains(f.Traceback(), "TestRecoveredRuntimeError") {
				t.Errorf("the trace does not lead to where it happened:\n%s", f.Traceback())
			}
		})
	}
}
