package netx

import (
	"fmt"
	"strconv"
)

// Netstrings is the Framing of D. J. Bernstein's netstrings: the length in
// decimal digits, a colon, the frame, a comma. Anything else is an ErrBadFrame,
// a leading zero too, and is found as early as it can be: a length above the
// limit before its colon has come. The zero value is ready for use.
type Netstrings struct {
	// Limit is the most bytes that a frame may have which comes. The default is
	// 99999, as in Twisted.
	Limit int
}

// Cut implements Framing.
func (s Netstrings) Cut(in []byte, _ int) (frame []byte, n int, err error) {
	size, head, err := s.head(in)
	if err != nil || head == 0 || len(in)-head <= size {
		return nil, 0, err
	}
	if c := in[head+size]; c != ',' {
		return nil, 0, fmt.Errorf("%w: a netstring that ends with %q, not with a comma", ErrBadFrame, c)
	}
	return in[head : head+size], head + size + 1, nil
}

// head reads the length and the colon, which take up n bytes: 0 if the colon has
// not come.
func (s Netstrings) head(in []byte) (size, n int, err error) {
	limit := limitOf(s.Limit, 99999)
	for i, c := range in {
		digit := int(c - '0')
		switch {
		case c == ':' && i > 0:
			return size, i + 1, nil
		case c < '0' || c > '9' || i == 1 && in[0] == '0':
			return 0, 0, fmt.Errorf("%w: a netstring with %q in its length", ErrBadFrame, c)
		case size > limit/10 || size*10 > limit-digit:
			return 0, 0, fmt.Errorf("%w: a netstring of more than %d bytes", ErrMessageTooLong, limit)
		}
		size = size*10 + digit
	}
	return size, 0, nil
}

// Append implements Framing. It never fails.
func (s Netstrings) Append(dst, frame []byte) ([]byte, error) {
	dst = strconv.AppendInt(dst, int64(len(frame)), 10)
	dst = append(dst, ':')
	return append(append(dst, frame...), ','), nil
}
