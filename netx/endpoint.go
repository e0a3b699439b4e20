package netx

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Endpoint is an endpoint string, taken apart: a kind, and arguments with and
// without names. [ParseEndpoint] makes one, and [Endpoints] hands one to the
// functions of a kind. It does not change; any goroutine may use it.
//
// The grammar, which is that of Twisted's endpoint strings with brackets added:
//
//	endpoint = kind { ":" argument }
//	argument = [ name "=" ] value
//	value    = { character | "\" character } | "[" { character } "]"
//
// A kind and a name have letters, digits and the characters "-_.+". In a value a
// backslash takes the meaning from what comes after it: from ":" and "\", from "["
// at the beginning, and from "=" where the value has no name. Brackets around a
// whole value do the same for everything in them but "]": so an address of IPv6
// can be written as "tcp:[::1]:80" or as "tcp:\:\:1:80".
type Endpoint struct {
	text string
	kind string
	args []endpointArg
}

// endpointArg is one argument.
type endpointArg struct {
	name       string // empty if it has none, until bind gives it one
	value      string
	at         int // where the argument begins
	valueAt    int // where its value begins
	positional bool
}

// ParseEndpoint takes an endpoint string apart. It does not know which kinds
// there are: that is the business of [Endpoints]. The error is an *EndpointError.
// Any goroutine may call it.
func ParseEndpoint(text string) (*Endpoint, error) {
	p := endpointParser{text: text}
	return p.parse()
}

// QuoteEndpoint returns a value as it can stand in an endpoint string, with or
// without a name before it. Any goroutine may call it.
func QuoteEndpoint(value string) string {
	if strings.Contains(value, ":") && !strings.ContainsAny(value, `[]\`) {
		return "[" + value + "]"
	}
	var b strings.Builder
	for i := range len(value) {
		c := value[i]
		if c == '\\' || c == ':' || c == '=' || c == '[' && i == 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(c)
	}
	return b.String()
}

// Kind returns what stands before the first colon.
func (e *Endpoint) Kind() string { return e.kind }

// String returns an endpoint string that means the same. It is the one that was
// parsed, except for how values are escaped.
func (e *Endpoint) String() string {
	var b strings.Builder
	b.WriteString(e.kind)
	for _, a := range e.args {
		b.WriteByte(':')
		if !a.positional {
			b.WriteString(a.name)
			b.WriteByte('=')
		}
		b.WriteString(QuoteEndpoint(a.value))
	}
	return b.String()
}

// Has reports whether there is an argument of that name.
func (e *Endpoint) Has(name string) bool { return e.find(name) != nil }

// Value returns the argument of that name, or nothing if there is none.
func (e *Endpoint) Value(name string) string {
	if a := e.find(name); a != nil {
		return a.value
	}
	return ""
}

// Int returns the argument of that name as a number from low to high, or other if
// there is none. The error is an *EndpointError.
func (e *Endpoint) Int(name string, other, low, high int) (int, error) {
	a := e.find(name)
	if a == nil {
		return other, nil
	}
	if a.value == "" {
		return 0, e.Bad(name, errors.New("a number is missing"))
	}
	n, err := strconv.Atoi(a.value)
	if err != nil || n < low || n > high {
		return 0, e.Bad(name, fmt.Errorf("%q is not a number from %d to %d", a.value, low, high))
	}
	return n, nil
}

// Duration returns the argument of that name as time.ParseDuration reads it, or
// other if there is none. A bare number is seconds, as in Twisted. The error is an
// *EndpointError; a negative duration is one too.
func (e *Endpoint) Duration(name string, other time.Duration) (time.Duration, error) {
	a := e.find(name)
	if a == nil {
		return other, nil
	}
	text := a.value
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		text += "s"
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, e.Bad(name, fmt.Errorf("%q is not a duration, such as 30s or 1m30s", a.value))
	}
	return d, nil
}

// Bad returns an *EndpointError that says that err is wrong with the argument of
// that name; where there is none, that it is missing, if err is nil.
func (e *Endpoint) Bad(name string, err error) error {
	a := e.find(name)
	switch {
	case a == nil && err == nil:
		err = fmt.Errorf("the argument %s is missing", name)
	case err == nil:
		err = fmt.Errorf("the argument %s is wrong", name)
	default:
		err = fmt.Errorf("%s: %w", name, err)
	}
	if a == nil {
		return &EndpointError{Endpoint: e.text, Pos: len(e.text), Err: err}
	}
	return &EndpointError{Endpoint: e.text, Pos: a.valueAt, Err: err}
}

// find returns the argument of that name, or nil.
func (e *Endpoint) find(name string) *endpointArg {
	for i := range e.args {
		if a := &e.args[i]; a.name == name && name != "" {
			return a
		}
	}
	return nil
}

// bind returns a copy of e in which each argument has a name that k knows.
func (e *Endpoint) bind(k EndpointKind) (*Endpoint, error) {
	bound := &Endpoint{text: e.text, kind: e.kind}
	left := k.Positional
	for _, a := range e.args {
		switch {
		case !a.positional:
			if !k.knows(a.name) {
				return nil, e.errorAt(a.at, "%s has no argument %s, it has %s", e.kind, a.name, k.names())
			}
		case len(left) == 0:
			return nil, e.errorAt(a.at, "%s takes no more than %s without a name%s",
				e.kind, countOf(len(k.Positional), "argument"), e.bracketHint())
		default:
			a.name, left = left[0], left[1:]
		}
		if bound.Has(a.name) {
			return nil, e.errorAt(a.at, "the argument %s is given twice", a.name)
		}
		bound.args = append(bound.args, a)
	}
	return bound, nil
}

// bracketHint is said of too many arguments when some look like an address of IPv6.
func (e *Endpoint) bracketHint() string {
	if strings.Contains(e.text, "::") && !strings.Contains(e.text, "[") {
		return "; an address of IPv6 stands in brackets, as in " + e.kind + ":[::1]:80"
	}
	return ""
}

// kindHint is said of a kind that there is not when the string looks like an address:
// it is a port, or ends in one.
func (e *Endpoint) kindHint() string {
	last := e.kind
	if n := len(e.args); n > 0 {
		last = e.args[n-1].value
	}
	if _, err := parsePort(last); err != nil || last == "" || len(e.args) > 1 {
		return ""
	}
	return "; if it is a host or a port, write tcp:" + e.text
}

// rename gives the argument another name, if it was given without one and there
// is none of the other name.
func (e *Endpoint) rename(name, other string) {
	if a := e.find(name); a != nil && a.positional && !e.Has(other) {
		a.name = other
	}
}

func (e *Endpoint) errorAt(pos int, format string, args ...any) error {
	return &EndpointError{Endpoint: e.text, Pos: pos, Err: fmt.Errorf(format, args...)}
}

// countOf returns a number of things in words.
func countOf(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}
