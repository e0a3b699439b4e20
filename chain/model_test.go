package chain_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spindle-go/spindle/chain"
)

// model is a world that does the same in a naive way: children are lists of
// functions, and each list looks at all it was told, from the start, to find
// out whether it has a result.
type model struct {
	events    journal
	unhandled journal
	children  []*modelChild
	lists     []*modelList
}

func (w *model) note(format string, args ...any) { w.events.add(fmt.Sprintf(format, args...)) }

// outcome is a value or the text of an error.
type outcome struct {
	v    int
	err  string
	seen bool // by a list: not to be reported
}

func (o outcome) String() string {
	if o.err != "" {
		return o.err
	}
	return fmt.Sprint(o.v)
}

// modelChild is a Deferred that knows no chaining.
type modelChild struct {
	w          *model
	cancelled  func() // nil without a canceller
	fired      bool
	cancelling bool
	swallow    bool
	running    bool
	paused     bool
	lost       bool // would be reported now
	result     outcome
	steps      []func(outcome) outcome
}

func (c *modelChild) fire(o outcome) (ok bool) {
	switch {
	case !c.fired:
		c.fired, c.result = true, o
		c.drain()
		return true
	case c.swallow:
		c.swallow = false
		return true
	default:
		return false
	}
}

func (c *modelChild) drain() {
	if c.running || !c.fired {
		return
	}
	c.running, c.lost = true, false
	for !c.paused && len(c.steps) > 0 {
		step := c.steps[0]
		c.steps = c.steps[1:]
		c.result = step(c.result)
	}
	c.running = false
	c.lost = !c.paused && c.result.err != "" && !c.result.seen
}

func (c *modelChild) add(step func(outcome) outcome) {
	c.steps = append(c.steps, step)
	c.drain()
}

func (c *modelChild) cancel() {
	switch {
	case c.fired || c.cancelling:
	case c.cancelled == nil:
		c.swallow = true
		c.fire(outcome{err: "cancelled"})
	default:
		c.cancelling = true
		c.cancelled()
		c.cancelling = false
	}
}

func (w *model) child(i int, a answer, react func()) {
	c := &modelChild{w: w}
	w.children = append(w.children, c)
	switch a {
	case noCanceller:
	case ignoring:
		c.cancelled = func() { w.note("child %d ignores a cancel", i) }
	default:
		c.cancelled = func() {
			w.note("canceller %d", i)
			react()
			c.answer(i, a)
		}
	}
}

// answer fires c as its canceller does, unless it has been fired.
func (c *modelChild) answer(i int, a answer) {
	switch a {
	case givesValue:
		c.fire(outcome{v: 100 + i})
	case givesError:
		c.fire(outcome{err: "E3"})
	case givesThenPanics:
		c.fire(outcome{v: 100 + i})
		c.w.unhandled.add("panic")
	case panicking:
		if !c.fire(outcome{err: "panic"}) {
			c.w.unhandled.add("panic")
		}
	}
	c.fire(outcome{err: "cancelled"})
}

func (w *model) fire(i int) { w.fireChild(i, outcome{v: i}) }
func (w *model) fail(i int) { w.fireChild(i, outcome{err: fmt.Sprint("E", i%3)}) }

func (w *model) fireChild(i int, o outcome) {
	if !w.children[i].fire(o) {
		w.note("child %d has fired already", i)
	}
}

func (w *model) cancel(i int) { w.children[i].cancel() }

func (w *model) watch(i int) {
	w.children[i].add(func(o outcome) outcome {
		w.note("child %d: %v", i, o)
		return o
	})
}

func (w *model) refail(i int) {
	w.children[i].add(func(o outcome) outcome {
		if o.err != "" {
			return outcome{err: "E4"}
		}
		return o
	})
}

func (w *model) pause(i int) {
	c := w.children[i]
	c.paused = !c.paused
	if !c.paused {
		c.drain()
	}
}

func (w *model) cancelList(i int) {
	if len(w.lists) > 0 {
		w.lists[i%len(w.lists)].cancel()
	}
}

func (w *model) end() (events, unhandled journal) {
	for _, c := range w.children {
		if c.lost {
			w.unhandled.add(c.result.err)
		}
	}
	slices.Sort(w.unhandled)
	return w.events, w.unhandled
}

// told is what a list was told: child i ended like that.
type told struct {
	i int
	o outcome
}

type modelList struct {
	kind       kind
	ds         []*modelChild
	history    []told
	decided    bool
	cancelling bool
	fired      bool
	result     string
	observer   func(string)
}

func (w *model) list(id int, k kind, indexes []int, react func()) {
	l := &modelList{kind: k}
	for _, i := range indexes {
		l.ds = append(l.ds, w.children[i])
	}
	if result, ok := l.verdict(); ok { // of no children
		l.decided = true
		l.fire(result)
	}
	for i, c := range l.ds {
		c.add(func(o outcome) outcome { return l.tell(i, o) })
	}
	l.observe(func(s string) {
		w.note("list %d: %s", id, s)
		react()
	})
	w.lists = append(w.lists, l)
}

// tell is the list's step at child i.
func (l *modelList) tell(i int, o outcome) outcome {
	if !l.decided {
		l.history = append(l.history, told{i, o})
		if result, ok := l.verdict(); ok {
			l.decided = true
			if strings.HasPrefix(result, "winner") && l.kind.name == "Race" {
				l.cancelChildren()
			}
			l.fire(result)
		}
	}
	switch {
	case l.kind.name == "Race", o.err != "" && l.kind.has(chain.ConsumeErrors):
		return outcome{}
	case o.err != "":
		o.seen = true
	}
	return o
}

func (l *modelList) fire(result string) {
	l.fired, l.result = true, result
	if l.observer != nil {
		l.observer(result)
	}
}

func (l *modelList) observe(f func(string)) {
	l.observer = f
	if l.fired {
		f(l.result)
	}
}

func (l *modelList) cancelChildren() {
	for _, c := range l.ds {
		c.cancel()
	}
}

func (l *modelList) cancel() {
	if l.fired || l.cancelling {
		return
	}
	l.cancelling = true
	l.cancelChildren()
	if l.kind.name == "Race" && !l.decided {
		l.decided = true
		l.fire("cancelled")
	}
	l.cancelling = false
}

// verdict is the result that follows from all that the list was told, if there
// is one.
func (l *modelList) verdict() (result string, ok bool) {
	first := l.kind.name == "First" || l.kind.name == "Race"
	if first && len(l.ds) == 0 {
		return "no Deferreds to choose from", true
	}
	for _, t := range l.history {
		switch {
		case t.o.err == "" && first:
			return fmt.Sprintf("winner %d: %v", t.i, t.o), true
		case t.o.err != "" && (l.kind.name == "Gather" || l.kind.has(chain.FireOnOneErrback)):
			return fmt.Sprintf("first %d: %v", t.i, t.o), true
		}
	}
	if len(l.history) < len(l.ds) {
		return "", false
	}
	inOrder := make([]string, len(l.ds))
	for _, t := range l.history {
		inOrder[t.i] = t.o.String()
	}
	all := strings.Join(inOrder, " ")
	switch l.kind.name {
	case "DeferredList":
		return "results [" + all + "]", true
	case "Gather":
		return "values [" + all + "]", true
	default:
		return "all failed: " + all, true
	}
}
