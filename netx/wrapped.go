package netx

// wrapper is a Protocol of this package's own that stands before one of the
// program's.
type wrapper interface {
	// wrapped returns that one: a Protocol, or a FrameProtocol.
	wrapped() any
}

// optional returns p, or what it stands before, as a T. By that the optional
// interfaces of a program's protocol do not vanish behind a wrapper, and a wrapper
// does not seem to have some that the protocol has not.
func optional[T any](p Protocol) (T, bool) {
	var v any = p
	for {
		if t, ok := v.(T); ok {
			return t, true
		}
		w, ok := v.(wrapper)
		if !ok {
			var none T
			return none, false
		}
		v = w.wrapped()
	}
}
