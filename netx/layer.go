package netx

// layer is a socket that stands on another one.
type layer interface{ unwrap() socket }

// lowest returns the first of s and what it stands on that is a T.
func lowest[T any](s socket) (t T, ok bool) {
	for {
		if t, ok = s.(T); ok {
			return t, true
		}
		l, ok := s.(layer)
		if !ok {
			return t, false
		}
		s = l.unwrap()
	}
}
