package deferred

// Passing says what is left for the handlers that are added to a Deferred after it
// was made to tell a Collector. In any case a failure counts as seen, so it is not
// reported as unhandled, unless a later handler fails in its own right.
type Passing uint8

const (
	// PassAll leaves the result, be it a value or a failure.
	PassAll Passing = iota
	// PassValues leaves a value, and the zero value for a failure.
	PassValues
	// PassNone leaves the zero value.
	PassNone
)

// leave returns the result of d, and puts in its place what p says.
func (d *Deferred[T]) leave(p Passing) (v T, err error) {
	v, err = d.value, d.err()
	switch {
	case p == PassNone || err != nil && p == PassValues:
		d.succeed(*new(T))
	case err != nil:
		d.marks |= observed
	}
	return v, err
}
