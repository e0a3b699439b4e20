package netx

import (
	"fmt"
	"strings"
)

// endpointParser reads an endpoint string from left to right. The grammar is that
// of Endpoint.
type endpointParser struct {
	text string
	at   int
}

// parse reads all of it.
func (p *endpointParser) parse() (*Endpoint, error) {
	e := &Endpoint{text: p.text, kind: p.word()}
	switch {
	case e.kind == "":
		return nil, p.wrong(0, "it has to begin with a kind, as in tcp:8080")
	case p.more() && p.text[p.at] != ':':
		return nil, p.wrong(p.at, "a kind has only letters, digits and -_.+, and a colon after it")
	}
	for p.more() {
		p.at++ // the colon
		a, err := p.argument()
		if err != nil {
			return nil, err
		}
		e.args = append(e.args, a)
	}
	return e, nil
}

// argument reads one, up to the colon after it or the end.
func (p *endpointParser) argument() (endpointArg, error) {
	a := endpointArg{at: p.at, valueAt: p.at, positional: true}
	if name := p.word(); p.more() && p.text[p.at] == '=' {
		if name == "" {
			return a, p.wrong(p.at, `a name is missing before "=", or a "\" if it belongs to the value`)
		}
		p.at++
		a.name, a.valueAt, a.positional = name, p.at, false
	} else {
		p.at = a.at // it was no name
	}
	var err error
	if p.more() && p.text[p.at] == '[' {
		a.value, err = p.bracketed()
	} else {
		a.value, err = p.value(a.positional)
	}
	return a, err
}

// value reads a value without brackets. In one without a name, "=" is taken for
// a name that cannot be one.
func (p *endpointParser) value(positional bool) (string, error) {
	var b strings.Builder
	for ; p.more() && p.text[p.at] != ':'; p.at++ {
		c := p.text[p.at]
		switch {
		case c == '=' && positional:
			return "", p.wrong(p.at, `what stands before "=" is no name; write "\=" if it belongs to the value`)
		case c == '\\':
			if p.at++; !p.more() {
				return "", p.wrong(p.at-1, `there is nothing after "\"`)
			}
			c = p.text[p.at]
		}
		b.WriteByte(c)
	}
	return b.String(), nil
}

// bracketed reads a value in brackets.
func (p *endpointParser) bracketed() (string, error) {
	begin := p.at
	n := strings.IndexByte(p.text[begin:], ']')
	if n < 0 {
		return "", p.wrong(begin, `there is no "]" for this one; write "\[" if it belongs to the value`)
	}
	p.at = begin + n + 1
	if p.more() && p.text[p.at] != ':' {
		return "", p.wrong(p.at, `after "]" comes a colon or the end`)
	}
	return p.text[begin+1 : p.at-1], nil
}

// word reads as many characters as a kind or a name can have.
func (p *endpointParser) word() string {
	begin := p.at
	for p.more() && isWord(p.text[p.at]) {
		p.at++
	}
	return p.text[begin:p.at]
}

func (p *endpointParser) more() bool { return p.at < len(p.text) }

func (p *endpointParser) wrong(pos int, what string) error {
	return &EndpointError{Endpoint: p.text, Pos: pos, Err: fmt.Errorf("%s", what)}
}

// isWord reports whether c can stand in a kind or a name.
func isWord(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	}
	return strings.IndexByte("-_.+", c) >= 0
}

// isName reports whether all of text can be a kind or a name.
func isName(text string) bool {
	p := endpointParser{text: text}
	return p.word() == text && text != ""
}
