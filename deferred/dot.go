package deferred

import (
	"fmt"
	"strings"
	"time"
)

// Dot returns a picture of what d waits for, as text for Graphviz: d, the
// Deferred that its result is going to come from, what that waits for, and so
// on. Each has its type and how it stands; in debug mode also where it was made,
// and how old it is, see [SetDebug]. An arrow leads from what waits to what it
// waits for. Where a list waits for several, all of them are there, see [Group].
//
//	dot -Tsvg picture.dot > picture.svg
//
// Of a row of more than 16 the middle is left out, and of more than 32 in a list
// the rest; both are counted. It takes no more stack for a long chain than for a
// short one, and time in proportion.
//
// Loop goroutine only.
func Dot[T any](d *Deferred[T]) string {
	p := picture{seen: make(map[node]int)}
	p.text.WriteString("digraph deferred {\n\trankdir=LR;\n\tnode [shape=box];\n")
	p.draw(d)
	p.text.WriteString("}\n")
	return p.text.String()
}

const (
	dotRowEnd  = 8    // of a row so many are drawn at either end
	dotMembers = 32   // of a list so many
	dotAll     = 2000 // and in all
)

// picture is a picture that is being drawn.
type picture struct {
	text  strings.Builder
	seen  map[node]int // its number in the picture, or 0 if it is left out
	boxes int
	work  []arrow
}

// arrow leads to something that has to be drawn yet.
type arrow struct {
	from int // 0: from nowhere
	to   node
}

// draw draws n and all that it waits for.
func (p *picture) draw(n node) {
	p.work = append(p.work, arrow{to: n})
	for len(p.work) > 0 {
		a := p.work[0]
		p.work = p.work[1:]
		p.row(a)
	}
}

// row draws what a leads to, what that waits for, and so on, as long as it is one
// Deferred that waits for one other.
func (p *picture) row(a arrow) {
	from := a.from
	var tail []node // what may be the end of the row
	skipped := 0
	behind := []node{a.to}
	for length := 0; len(behind) == 1; length++ {
		n := behind[0]
		if number, known := p.seen[n]; known {
			from = p.rest(from, skipped, tail)
			if number > 0 {
				p.line(from, number)
			}
			return
		}
		p.seen[n] = 0
		if length < dotRowEnd {
			from = p.box(from, n)
		} else if tail = append(tail, n); len(tail) > dotRowEnd {
			tail = tail[1:]
			skipped++
		}
		behind = n.behind()
	}
	from = p.rest(from, skipped, tail)
	for i, n := range behind {
		if i == dotMembers || p.boxes+2*len(p.work) >= dotAll {
			p.more(from, len(behind)-i)
			return
		}
		p.work = append(p.work, arrow{from, n})
	}
}

// rest draws the end of a row, after those that are left out, and returns the
// number of the last box.
func (p *picture) rest(from, skipped int, tail []node) (last int) {
	if skipped > 0 {
		from = p.more(from, skipped)
	}
	for _, n := range tail {
		from = p.box(from, n)
	}
	return from
}

// box draws n, with an arrow to it.
func (p *picture) box(from int, n node) int {
	number := p.label(from, n.describe())
	p.seen[n] = number
	return number
}

// more draws a box for what is left out.
func (p *picture) more(from, count int) int {
	digits := fmt.Sprint(count)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + " " + digits[i:]
	}
	return p.label(from, "... "+digits+" more")
}

// escape makes a text what may stand between quotes in a file of Graphviz.
var escape = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`) //nolint:gochecknoglobals // it does not change

// label draws a box with a text, and an arrow to it.
func (p *picture) label(from int, text string) int {
	p.boxes++
	fmt.Fprintf(&p.text, "\td%d [label=\"%s\"];\n", p.boxes, escape.Replace(text))
	p.line(from, p.boxes)
	return p.boxes
}

// line draws an arrow.
func (p *picture) line(from, to int) {
	if from > 0 {
		fmt.Fprintf(&p.text, "\td%d -> d%d;\n", from, to)
	}
}

// behind lists what d waits for.
func (d *Deferred[T]) behind() []node {
	if n := d.source(); n != nil {
		return []node{n}
	}
	group, ok := d.other.(Group)
	if !ok || !d.state.fireable() {
		return nil
	}
	var all []node
	for member := range group.WaitsFor() {
		if n, ok := member.(node); ok {
			all = append(all, n)
		}
	}
	return all
}

// describe says in a few lines how d stands.
func (d *Deferred[T]) describe() string {
	var b strings.Builder
	b.WriteString(typeOf[T]())
	b.WriteByte('\n')
	switch d.state {
	case pending:
		b.WriteString("not fired")
	case cancelling:
		b.WriteString("being cancelled")
	case bound, waiting:
		b.WriteString("waits")
		if d.source() == nil {
			b.Reset()
			b.WriteString(typeOf[T]() + "\na coroutine that is running")
		}
	default:
		d.describeResult(&b)
	}
	handlers := 0
	d.handlers.each(func(handler[T]) bool { handlers++; return true })
	fmt.Fprintf(&b, ", handlers: %d", handlers)
	if d.pauses > 0 {
		fmt.Fprintf(&b, ", pauses: %d", d.pauses)
	}
	if r := d.record(); r != nil && r.debug {
		fmt.Fprintf(&b, "\nmade in %v\n%v old", r.made, time.Since(r.born).Round(time.Millisecond))
	}
	return b.String()
}
