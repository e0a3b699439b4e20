package timeout

import (
	"errors"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// Permanent marks err as one that Retry must not answer with another attempt:
// the next one would fail as well. The text stays, and errors.Is and errors.As
// see through the mark. A nil err comes back as nil. Any goroutine; it costs one
// allocation.
//
//	return deferred.Fail[Reply](timeout.Permanent(err))
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return &permanentError{err}
}

// permanentError is the mark.
type permanentError struct{ err error }

func (e *permanentError) Error() string { return e.err.Error() }

func (e *permanentError) Unwrap() error { return e.err }

// isPermanent reports whether err is permanent whatever the policy says: by the
// mark, or as a fault of the program and not of the moment, which a panic is,
// and a Deferred whose result has gone elsewhere.
func isPermanent(err error) bool {
	if _, marked := errors.AsType[*permanentError](err); marked {
		return true
	}
	_, panicked := errors.AsType[*failure.PanicError](err)
	return panicked || errors.Is(err, deferred.ErrAlreadyChained)
}
