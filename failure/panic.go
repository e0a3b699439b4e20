package failure

import (
	"fmt"
	"runtime/debug"
)

// PanicError is the error of a Failure that was a panic.
type PanicError struct {
	Value any    // what was given to panic
	Stack []byte // the stack of the goroutine that panicked, as runtime/debug.Stack formats it
}

// Error returns "panic: " and the value.
func (p *PanicError) Error() string { return fmt.Sprintf("panic: %v", p.Value) }

// Unwrap returns the value when it is an error, as runtime errors are, and nil
// otherwise.
func (p *PanicError) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

// Recovered returns a Failure for v, which is what recover gave, and keeps the
// stack of the panic. Call it in the deferred function that recovered, since
// only there the stack still holds the frames of the panic. A nil v, which is
// what recover gives when nothing panicked, returns nil.
//
// It formats the stack, so it costs some microseconds.
func Recovered(v any) *Failure {
	if v == nil {
		return nil
	}
	return &Failure{err: &PanicError{Value: v, Stack: debug.Stack()}}
}
