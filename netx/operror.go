package netx

import (
	"errors"
	"fmt"
	"strings"
	"syscall"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// opError is what went wrong before there was a connection, and with what.
type opError struct {
	op, network, address string
	err                  error
}

func (e *opError) Error() string {
	return fmt.Sprintf("netx: %s %s %s: %v", e.op, e.network, e.address, e.err)
}

func (e *opError) Unwrap() error { return e.err }

// Timeout makes it a timeout in the sense of net.Error when it is one.
func (e *opError) Timeout() bool {
	var t interface{ Timeout() bool }
	return errors.As(e.err, &t) && t.Timeout()
}

// connectError gives what the kernel says of a connect its kind.
func connectError(err error) error {
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return &tagged{ErrConnectionRefused, err}
	case errors.Is(err, syscall.ETIMEDOUT):
		return &tagged{deferred.ErrTimeout, err}
	}
	return err
}

// attemptErrors is what became of each address, in the order they were tried.
type attemptErrors struct{ errs []error }

func (e *attemptErrors) Error() string {
	texts := make([]string, len(e.errs))
	for i, err := range e.errs {
		texts[i] = err.Error()
	}
	return strings.Join(texts, "; ")
}

func (e *attemptErrors) Unwrap() []error { return e.errs }

// isPanic reports whether f is a panic, whose trace says where.
func isPanic(f *failure.Failure) bool {
	var p *failure.PanicError
	return errors.As(f, &p)
}

// isPanicError is isPanic for an error that may be none.
func isPanicError(err error) bool {
	f, ok := err.(*failure.Failure) //nolint:errorlint // a panic is passed on as it is
	return ok && isPanic(f)
}

// tagged is an error that is also of a kind, without saying so in its text.
type tagged struct{ kind, err error }

func (t *tagged) Error() string   { return t.err.Error() }
func (t *tagged) Unwrap() []error { return []error{t.kind, t.err} }
