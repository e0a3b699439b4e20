package netx

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// EndpointError says what is wrong with an endpoint string, and where. It is an
// [ErrBadEndpoint]. Any goroutine may read it.
type EndpointError struct {
	// Endpoint is the string.
	Endpoint string
	// Pos is the place in it, in bytes from 0; len(Endpoint) where something is
	// missing at the end.
	Pos int
	// Err is what is wrong.
	Err error
}

// Error says it in one line, with what stands at the place.
func (e *EndpointError) Error() string {
	place := "at its end"
	if rest := e.Endpoint[e.place():]; rest != "" {
		if cut := strings.IndexByte(rest, ':'); cut > 0 {
			rest = rest[:cut]
		}
		place = fmt.Sprintf("at byte %d, %q", e.Pos, rest)
	}
	return fmt.Sprintf("%v %q, %s: %v", ErrBadEndpoint, e.Endpoint, place, e.Err)
}

// Unwrap lets errors.Is find ErrBadEndpoint and what Err wraps.
func (e *EndpointError) Unwrap() []error { return []error{ErrBadEndpoint, e.Err} }

// Caret returns the endpoint string and, in a second line, a caret below the place,
// for a terminal.
func (e *EndpointError) Caret() string {
	indent := strings.Repeat(" ", utf8.RuneCountInString(e.Endpoint[:e.place()]))
	return printable(e.Endpoint) + "\n" + indent + "^"
}

// place is Pos, within the string also for an error that somebody else made.
func (e *EndpointError) place() int { return max(0, min(e.Pos, len(e.Endpoint))) }

// printable replaces what would disturb a line of a terminal, rune by rune.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, text)
}
