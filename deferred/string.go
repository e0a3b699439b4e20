package deferred

import (
	"fmt"
	"reflect"
	"strings"
)

// maxShown is how many bytes of a value String shows.
const maxShown = 80

// String says what d is and how it stands: not fired, its value or failure, or
// what it waits for. It formats the value, so it costs what that costs; long
// ones are cut.
func (d *Deferred[T]) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Deferred[%v](%p) ", reflect.TypeFor[T](), d)
	switch {
	case d.state == pending && d.pauses == 0:
		b.WriteString("not fired")
	case d.state == pending:
		b.WriteString("not fired, paused")
	case d.state == cancelling:
		b.WriteString("being cancelled")
	case d.source() != nil:
		b.WriteString("waits for ")
		b.WriteString(end(d.source()))
	case d.state == bound:
		b.WriteString("not fired, at work")
	default:
		d.describeResult(&b)
	}
	return b.String()
}

// describeResult writes the result and whether something holds it back.
func (d *Deferred[T]) describeResult(b *strings.Builder) {
	if f := d.failed(); f != nil {
		fmt.Fprintf(b, "failed: %s", short(f.Error()))
	} else if n, ok := any(d.value).(node); ok {
		fmt.Fprintf(b, "value: %T(%p)", n, n) // it could hold d again
	} else {
		fmt.Fprintf(b, "value: %s", short(fmt.Sprint(d.value)))
	}
	switch {
	case d.state == running || d.state == held:
		b.WriteString(", running")
	case d.pauses > 0:
		b.WriteString(", paused")
	}
}

// end describes the last of a row of waiting Deferreds, and how many are passed
// on the way.
func end(n node) string {
	passed := 0
	for n.source() != nil {
		n = n.source()
		passed++
	}
	switch passed {
	case 0:
		return n.String()
	case 1:
		return n.String() + ", through 1 other"
	}
	return fmt.Sprintf("%v, through %d others", n, passed)
}

// short cuts a text that is too long to show.
func short(s string) string {
	if len(s) <= maxShown {
		return s
	}
	return strings.ToValidUTF8(s[:maxShown], "") + "..."
}
