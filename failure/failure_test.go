package failure_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/failure"
)

// errPlain is an error without anything special about it.
var errPlain = errors.New("plain")

// born makes a failure here, and tells on which line.
func born(err error) (f *failure.Failure, line int) {
	_, _, line, _ = runtime.Caller(0)
	return failure.New(err), line + 1
}

func TestNewRemembersTheCaller(t *testing.T) {
	f, line := born(errPlain)
	want := fmt.Sprintf("failure_test.go:%d)", line)
	first := traceLines(f)[1]
	if !strings.Contains(first, "failure_test.born") || !strings.HasSuffix(first, want) {
		t.Errorf("the first frame is %q, want function born and %q", first, want)
	}
	second := traceLines(f)[2]
	if !strings.Contains(second, "TestNewRemembersTheCaller") {
		t.Errorf("the second frame is %q, want the caller of born", second)
	}
}

func TestNewKeepsTheError(t *testing.T) {
	f := failure.New(errPlain)
	if f.Error() != "plain" {
		t.Errorf("Error() = %q", f.Error())
	}
	if f.Unwrap() != errPlain { //nolint:errorlint // the very same error
		t.Errorf("Unwrap() = %v", f.Unwrap())
	}
	if !errors.Is(f, errPlain) {
		t.Error("errors.Is does not find the error inside")
	}
	wrapped := failure.New(fmt.Errorf("open: %w", &fs.PathError{Op: "open", Path: "p", Err: fs.ErrNotExist}))
	if path, ok := errors.AsType[*fs.PathError](wrapped); !ok || path.Path != "p" {
		t.Error("errors.As does not find what the error inside wraps")
	}
}

// TestSameFailureComesBack is about those that make a Failure of an error.
func TestSameFailureComesBack(t *testing.T) {
	f := failure.New(errPlain)
	makers := map[string]func(error) *failure.Failure{
		"New": failure.New,
		"At":  func(err error) *failure.Failure { return failure.At(err, here()) },
	}
	for name, make := range makers {
		t.Run(name, func(t *testing.T) {
			if got := make(f); got != f {
				t.Errorf("a *Failure came back as another one: %p, want %p", got, f)
			}
			outer := make(fmt.Errorf("outer: %w", f))
			if outer == f {
				t.Error("an error that wraps a Failure came back as the inner one")
			}
			if inner, ok := errors.AsType[*failure.Failure](outer.Unwrap()); !ok || inner != f {
				t.Error("the inner Failure was lost")
			}
		})
	}
}

func TestNilErrorPanics(t *testing.T) {
	var typed *failure.Failure
	rows := []struct {
		name, want string
		do         func()
	}{
		{"New of nil", "failure: New of a nil error", func() { _ = failure.New(nil) }},
		{"At of nil", "failure: At of a nil error", func() { _ = failure.At(nil, 0) }},
		{"New of a nil pointer", "failure: New of a nil *Failure", func() { _ = failure.New(typed) }},
		{"At of a nil pointer", "failure: At of a nil *Failure", func() { _ = failure.At(typed, here()) }},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			defer func() {
				if got := recover(); got != row.want {
					t.Errorf("panic %v, want %q", got, row.want)
				}
			}()
			row.do()
		})
	}
}

// here is the program counter at which this function begins.
func here() uintptr { return reflect.ValueOf(here).Pointer() }

func TestAtNamesTheFunction(t *testing.T) {
	f := failure.At(errPlain, here())
	lines := traceLines(f)
	if len(lines) != 2 || !strings.Contains(lines[1], "failure_test.here") {
		t.Errorf("trace %q, want one frame, that of here", lines)
	}
}

func TestAtWithoutPlace(t *testing.T) {
	if got := failure.At(errPlain, 0).Traceback(); got != "plain" {
		t.Errorf("Traceback() = %q, want the text alone", got)
	}
}

func TestCheck(t *testing.T) {
	other := errors.New("other")
	f := failure.New(fmt.Errorf("read: %w", io.EOF))
	rows := []struct {
		name    string
		f       *failure.Failure
		targets []error
		want    error
	}{
		{"none", f, nil, nil},
		{"no match", f, []error{other, io.ErrClosedPipe}, nil},
		{"match", f, []error{other, io.EOF}, io.EOF},
		{"the first that matches", f, []error{f.Unwrap(), io.EOF}, f.Unwrap()},
		{"the failure itself", f, []error{f}, f},
		{"a nil target matches nothing", f, []error{nil, io.EOF}, io.EOF},
		{"a target with Is answers as listed", failure.New(fs.ErrNotExist), []error{fs.ErrNotExist}, fs.ErrNotExist},
		{"through an inner failure", failure.New(fmt.Errorf("x: %w", f)), []error{io.EOF}, io.EOF},
		{"one of several joined", failure.New(errors.Join(other, io.EOF)), []error{io.EOF, other}, io.EOF},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if got := row.f.Check(row.targets...); got != row.want { //nolint:errorlint // the very same error
				t.Errorf("Check = %v, want %v", got, row.want)
			}
		})
	}
}

// category is an error that others say they are one of.
type category struct{ error }

// member says that it is one of a category, in the manner of syscall.Errno.
type member struct{ of error }

func (member) Error() string          { return "member" }
func (m member) Is(target error) bool { return target == m.of }

func TestCheckAnswersTheTarget(t *testing.T) {
	group := category{errors.New("group")}
	if got := failure.New(member{of: group}).Check(group); got != group { //nolint:errorlint // the very same error
		t.Errorf("Check = %v, want the target and not what matched it", got)
	}
}

func TestTrap(t *testing.T) {
	f := failure.New(fmt.Errorf("read: %w", io.EOF))
	if err := f.Trap(io.ErrClosedPipe, io.EOF); err != nil {
		t.Errorf("Trap of what it is = %v, want nil", err)
	}
	if err := f.Trap(io.ErrClosedPipe); err != f { //nolint:errorlint // the very same failure
		t.Errorf("Trap of another = %v, want the failure itself", err)
	}
	if err := f.Trap(); err != f { //nolint:errorlint // the very same failure
		t.Errorf("Trap of nothing = %v, want the failure itself", err)
	}
}

// traceLines is the traceback by lines, the text of the error first.
func traceLines(f *failure.Failure) []string {
	return strings.Split(f.Traceback(), "\n")
}
