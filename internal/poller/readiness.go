package poller

import "strings"

// Readiness is a set of bits: what is asked of a descriptor, and what is
// reported of it. The zero value asks for nothing.
type Readiness uint8

// The bits. Readable and Writable are asked for; the rest is only reported,
// and never has to be asked for.
const (
	Readable Readiness = 1 << iota // a read would not block; an end of file counts
	Writable                       // a write of at least one byte would not block
	Hangup                         // the peer is gone in both directions
	Fault                          // an error condition is on the descriptor
	Invalid                        // the number is not an open descriptor
)

// interest is what may be asked for.
const interest = Readable | Writable

// String returns the names of the bits with a bar between them, and "none" for
// the zero value. Any goroutine may call it.
func (r Readiness) String() string {
	if r == 0 {
		return "none"
	}
	var names []string
	for i, name := range [...]string{"readable", "writable", "hangup", "fault", "invalid"} {
		if r&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	if r >= 1<<5 {
		names = append(names, "unknown")
	}
	return strings.Join(names, "|")
}
