package netx

import (
	"bytes"
	"fmt"
)

// Lines is the Framing of text protocols: each frame is followed by a delimiter.
// The zero value is what most of those protocols use.
//
// The delimiter is taken to the letter, so that nobody can hide a line in what
// another program on the way has taken for a part of one. To be lenient with
// people who type, set it to "\n" and trim a "\r" off the line.
//
// A frame that holds the delimiter cannot be sent: that is an ErrBadFrame.
type Lines struct {
	// Delimiter is what ends a line. The default is "\r\n".
	Delimiter string
	// Limit is the most bytes that a line may have which comes, the delimiter
	// not included. The default is 16384, as in Twisted.
	Limit int
}

// Cut implements Framing. Byte by byte it costs no more than at once.
func (l Lines) Cut(in []byte, seen int) (frame []byte, n int, err error) {
	delim, limit := l.delimiter(), limitOf(l.Limit, 16384)
	reach := in
	if len(in)-len(delim) > limit {
		reach = in[:limit+len(delim)]
	}
	from := min(max(0, seen-len(delim)+1), len(reach))
	if i := bytes.Index(reach[from:], []byte(delim)); i >= 0 {
		i += from
		return in[:i], i + len(delim), nil
	}
	if len(in)-len(delim) >= limit {
		return nil, 0, fmt.Errorf("%w: a line of more than %d bytes", ErrMessageTooLong, limit)
	}
	return nil, 0, nil
}

// Append implements Framing.
func (l Lines) Append(dst, frame []byte) ([]byte, error) {
	delim := l.delimiter()
	if endsEarly(frame, delim) {
		return dst, fmt.Errorf("%w: a line with %q in it, which ends one", ErrBadFrame, delim)
	}
	return append(append(dst, frame...), delim...), nil
}

func (l Lines) delimiter() string {
	if l.Delimiter == "" {
		return "\r\n"
	}
	return l.Delimiter
}

// endsEarly reports whether the first delimiter in a line and the delimiter after
// it is not that one.
func endsEarly(line []byte, delim string) bool {
	if bytes.Contains(line, []byte(delim)) {
		return true
	}
	for k := 1; k < len(delim); k++ { // it begins in the line, k bytes before its end
		if delim[k:] == delim[:len(delim)-k] && bytes.HasSuffix(line, []byte(delim[:k])) {
			return true
		}
	}
	return false
}
