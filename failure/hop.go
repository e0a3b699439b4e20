package failure

import "strconv"

// Hop is one thing that happened to a Failure on its way through Deferreds. In
// debug mode package deferred notes each, see its SetDebug, and [Failure.Hops]
// lists them.
type Hop struct {
	// Kind says what happened.
	Kind HopKind

	// Deferred names the type of the Deferred that was made, or to which the
	// failure was handed over; otherwise it is empty.
	Deferred string

	// Handler is the callback, errback or canceller that had to do with it:
	// what it is called, and where it stands in the source.
	Handler Place

	// At is where the user's code did its part of it: where the Deferred was
	// made, where it was fired, or where the handler was added.
	At Place

	// Skipped is how many hops before this one were left out, because there
	// were too many to keep.
	Skipped int
}

// HopKind says what happened in a [Hop].
type HopKind uint8

// The kinds of hops.
const (
	HopMade       HopKind = iota + 1 // the Deferred that failed was made
	HopFired                         // it was fired with the failure
	HopFailed                        // a handler returned the error, or panicked
	HopPassedBy                      // a handler that is for values was passed by
	HopPassedOn                      // a handler was called with the failure, and passed it on
	HopHandedOver                    // another Deferred took over the result
	HopHandled                       // a handler was called with the failure; the last word unless HopPassedOn takes its place
	HopReported                      // it was reported as unhandled
)

// String returns what happened in two or three words.
func (k HopKind) String() string {
	switch k {
	case HopMade:
		return "made"
	case HopFired:
		return "fired"
	case HopFailed:
		return "failed in"
	case HopPassedBy:
		return "passed by"
	case HopPassedOn:
		return "passed on by"
	case HopHandedOver:
		return "handed over to"
	case HopHandled:
		return "handled by"
	case HopReported:
		return "reported as unhandled"
	}
	return "HopKind(" + strconv.Itoa(int(k)) + ")"
}

// String returns the hop as the line that a trace has for it.
func (h Hop) String() string {
	switch h.Kind {
	case HopMade:
		return h.Deferred + " made in " + h.At.String()
	case HopFired:
		return "fired in " + h.At.String()
	case HopHandedOver:
		text := "handed over to " + h.Deferred
		if !h.At.IsZero() {
			text += " made in " + h.At.String()
		}
		return text
	case HopReported:
		return h.Kind.String()
	}
	text := h.Kind.String() + " " + h.Handler.String()
	if !h.At.IsZero() {
		text += ", added in " + h.At.String()
	}
	return text
}
