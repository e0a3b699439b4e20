package chain_test

import (
	"fmt"
	"strings"
)

// program is a random program on children and lists of them, read from bytes.
// It runs on a world: the real one, or the model.
type program struct {
	children []answer
	reacts   []*act // what each canceller does first, or nil
	acts     []act
}

// answer is what a child does when it is cancelled.
type answer int

const (
	noCanceller answer = iota
	says               // notes it and leaves the rest to the Deferred
	givesValue
	givesError
	panicking
	givesThenPanics
	ignoring // passes the cancel to somebody who does nothing
	answers  // how many there are
)

// verb is what an act does.
type verb int

const (
	toFire verb = iota
	toFail
	toCancel
	toWatch  // add a handler that notes the result and passes it on
	toRefail // add an errback that fails in its own right
	toPause  // or unpause, if it is paused
	toList
	toListAsWell // so it is twice as likely
	toCancelList
	verbs // how many there are
)

// act is one operation. i is a child, or a list to cancel.
type act struct {
	verb  verb
	i     int
	kind  kind  // of the list
	ds    []int // its children
	react *act  // done when the list fires, before anything else
}

func (a act) String() string {
	name := [...]string{"fire", "fail", "cancel", "watch", "refail", "pause", "list", "list", "cancel list"}[a.verb]
	if a.verb != toList && a.verb != toListAsWell {
		return fmt.Sprintf("%s %d", name, a.i)
	}
	s := fmt.Sprint(a.kind, " ", a.ds)
	if a.react != nil {
		s += fmt.Sprintf(" (when it fires: %v)", *a.react)
	}
	return s
}

func (p program) String() string {
	var b strings.Builder
	for i, a := range p.children {
		fmt.Fprintf(&b, "child %d: %s", i, [...]string{"no canceller", "says", "gives a value", "gives an error", "panics", "gives and panics", "ignores"}[a])
		if p.reacts[i] != nil {
			fmt.Fprintf(&b, " (first: %v)", *p.reacts[i])
		}
		b.WriteString("\n")
	}
	for _, a := range p.acts {
		fmt.Fprintln(&b, a)
	}
	return b.String()
}

// source hands out bytes, and zeros when there are none left.
type source []byte

func (s *source) below(n int) int {
	if len(*s) == 0 {
		return 0
	}
	b := (*s)[0]
	*s = (*s)[1:]
	return int(b) % n
}

// maxActs bounds a program, so that its report can be read.
const maxActs = 60

// parse reads a program. Any bytes are one.
func parse(bytes []byte) program {
	s := source(bytes)
	var p program
	for range 1 + s.below(5) {
		p.children = append(p.children, answer(s.below(int(answers))))
	}
	for range p.children {
		p.reacts = append(p.reacts, p.reaction(&s))
	}
	for len(s) > 0 && len(p.acts) < maxActs {
		p.acts = append(p.acts, p.act(&s, true))
	}
	return p
}

func (p *program) reaction(s *source) *act {
	if s.below(2) == 0 {
		return nil
	}
	a := p.act(s, false)
	return &a
}

func (p *program) act(s *source, reacts bool) act {
	a := act{verb: verb(s.below(int(verbs)))}
	switch a.verb {
	case toList, toListAsWell:
		all := every()
		a.kind = all[s.below(len(all))]
		for range s.below(5) {
			a.ds = append(a.ds, s.below(len(p.children)))
		}
		if reacts {
			a.react = p.reaction(s)
		}
	case toCancelList:
		a.i = s.below(256)
	default:
		a.i = s.below(len(p.children))
	}
	return a
}

// world is what a program acts on. It notes what happens.
type world interface {
	// child makes child i. react is called when its canceller is, if it has one.
	child(i int, a answer, react func())
	fire(i int)
	fail(i int)
	cancel(i int)
	watch(i int)
	refail(i int)
	pause(i int)
	// list makes the list that is called id. react is called when it fires.
	list(id int, k kind, ds []int, react func())
	// cancelList cancels the i-th list, counted round.
	cancelList(i int)
	// end returns what was noted, and what was left unhandled, in order.
	end() (events, unhandled journal)
}

// play runs p on w.
func (p program) play(w world) (events, unhandled journal) {
	lists := 0
	var do func(a *act)
	do = func(a *act) {
		if a == nil {
			return
		}
		switch a.verb {
		case toFire:
			w.fire(a.i)
		case toFail:
			w.fail(a.i)
		case toCancel:
			w.cancel(a.i)
		case toWatch:
			w.watch(a.i)
		case toRefail:
			w.refail(a.i)
		case toPause:
			w.pause(a.i)
		case toList, toListAsWell:
			lists++
			w.list(lists, a.kind, a.ds, func() { do(a.react) })
		case toCancelList:
			w.cancelList(a.i)
		}
	}
	for i, a := range p.children {
		w.child(i, a, func() { do(p.reacts[i]) })
	}
	for i := range p.acts {
		do(&p.acts[i])
	}
	return w.end()
}
