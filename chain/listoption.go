package chain

import "github.com/spindle-go/spindle/deferred"

// ListOption changes how a list treats failures. Options are bits: give several
// as arguments or joined with |.
type ListOption uint8

const (
	// FireOnOneErrback makes the list fail with the first failure, as a
	// *FirstError, without waiting for the others. Gather always does.
	FireOnOneErrback ListOption = 1 << iota

	// ConsumeErrors turns the failure of a Deferred into the zero value, for
	// handlers that are added to that Deferred after the list was made. Without
	// it they see the failure, too.
	ConsumeErrors
)

// join returns the bits of all opts.
func join(opts []ListOption) (all ListOption) {
	for _, o := range opts {
		all |= o
	}
	return all
}

// has reports whether o is among all.
func (all ListOption) has(o ListOption) bool { return all&o != 0 }

// passing is what all leave to the later handlers of a child.
func (all ListOption) passing() deferred.Passing {
	if all.has(ConsumeErrors) {
		return deferred.PassValues
	}
	return deferred.PassAll
}
