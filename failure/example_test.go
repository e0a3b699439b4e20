package failure_test

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/spindle-go/spindle/failure"
)

// readHeader is a function that fails.
func readHeader() error { return fmt.Errorf("read header: %w", io.ErrUnexpectedEOF) }

// A Failure is an error like any other, and knows where it was made.
func ExampleNew() {
	f := failure.New(readHeader())
	fmt.Println(f)
	fmt.Println(errors.Is(f, io.ErrUnexpectedEOF))

	place := strings.Split(f.Traceback(), "\n")[1]
	fmt.Println(strings.Contains(place, "ExampleNew"))
	// Output:
	// read header: unexpected EOF
	// true
	// true
}

// At names a function as the place, where that says more than the caller of At
// would: here the function that returned the error.
func ExampleAt() {
	f := failure.At(readHeader(), reflect.ValueOf(readHeader).Pointer())
	place := strings.Split(f.Traceback(), "\n")[1]
	fmt.Println(strings.Contains(place, "readHeader"))
	// Output:
	// true
}

// Recovered makes a panic an error that keeps its value and its stack.
func ExampleRecovered() {
	guarded := func(do func()) (err error) {
		defer func() {
			if f := failure.Recovered(recover()); f != nil { // nil, if nothing panicked
				err = f
			}
		}()
		do()
		return nil
	}
	fmt.Println(guarded(func() {}))

	var empty []int
	err := guarded(func() { empty[0]++ })
	fmt.Println(err)

	if p, ok := errors.AsType[*failure.PanicError](err); ok {
		fmt.Println(strings.Contains(string(p.Stack), "ExampleRecovered"))
	}
	// Output:
	// <nil>
	// panic: runtime error: index out of range [0] with length 0
	// true
}

// Check tells which of several errors it is.
func ExampleFailure_Check() {
	f := failure.New(readHeader())
	switch f.Check(io.EOF, io.ErrUnexpectedEOF) {
	case io.EOF: //nolint:errorlint // Check answers with what it was given
		fmt.Println("the end")
	case io.ErrUnexpectedEOF:
		fmt.Println("cut off")
	default:
		fmt.Println("something else")
	}
	// Output:
	// cut off
}

// Trap is for an errback that handles some errors and passes on the others.
func ExampleFailure_Trap() {
	errback := func(f *failure.Failure) (string, error) {
		if err := f.Trap(io.EOF); err != nil {
			return "", err // not ours: pass it on
		}
		return "end of input", nil
	}
	fmt.Println(errback(failure.New(io.EOF)))
	fmt.Println(errback(failure.New(io.ErrClosedPipe)))
	// Output:
	// end of input <nil>
	//  io: read/write on closed pipe
}

// A trace shows each failure on the way, and a line for each frame.
func ExampleFailure_Traceback() {
	place := reflect.ValueOf(readHeader).Pointer()
	inner := failure.At(io.ErrUnexpectedEOF, place)
	outer := failure.At(fmt.Errorf("load settings: %w", inner), place)
	for line := range strings.Lines(outer.Traceback()) {
		text, _, _ := strings.Cut(line, "(") // the file and the line
		fmt.Println(strings.TrimRight(text, " \n"))
	}
	// Output:
	// load settings: unexpected EOF
	//     at github.com/spindle-go/spindle/failure_test.readHeader
	// which wraps: unexpected EOF
	//     at github.com/spindle-go/spindle/failure_test.readHeader
}
