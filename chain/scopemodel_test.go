package chain_test

import (
	"fmt"
	"slices"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// The verbs of programs on a Scope.
const (
	scopeAdd       = iota
	scopeAddAsWell // so it is twice as likely
	scopeGo
	scopeFinish
	scopeFail
	scopeCancel
	scopeWait
	scopeClose
	scopeCancelWatch
	scopeProbe
)

func scopeTheatre() theatre {
	return theatre{
		name:  "scope",
		verbs: []string{"add", "add", "go", "finish", "fail", "cancel", "wait", "close", "cancel watch", "probe"},
		open: func(_ *source, reports func() journal) (real, model stage) {
			return &realScope{s: chain.NewScope(), reports: reports}, &modelScope{}
		},
		reach: []string{
			"canceller", "ignored", "child 1: E1", "child 1: cancelled", "child 1: 1", "child 1: 101", "child 1: E3",
			"watch 1: over", "watch 1: E0", "watch 1: cancelled", "unhandled E0", "0 children", "3 children", "begun", "in the end 2",
		},
	}
}

// realScope is the Scope of this package.
type realScope struct {
	journal
	s        *chain.Scope
	children []*child
	watches  []deferred.Canceller
	reports  func() journal
}

func (w *realScope) do(verb, arg int, then func()) {
	switch verb {
	case scopeAdd, scopeAddAsWell:
		i, d := w.child(arg, then)
		chain.Add(w.s, d)
		w.watch(i, d, arg, then)
	case scopeGo:
		i := len(w.children)
		w.children = append(w.children, deferred.New[int]().Catch(ignore)) // in case it is not begun
		d := chain.Go(w.s, func() *child {
			w.add("begun")
			w.children[i] = w.made(i, arg, then)
			return w.children[i]
		})
		w.watch(i, d, arg, then)
	case scopeFinish:
		if len(w.children) > 0 {
			_ = pick(w.children, arg).Callback(arg % len(w.children)) // it may have ended
		}
	case scopeFail:
		if len(w.children) > 0 {
			_ = pick(w.children, arg).Errback(names[arg%len(w.children)%3])
		}
	case scopeCancel:
		if d := pick(w.children, arg); d != nil {
			d.Cancel()
		}
	case scopeWait:
		w.observe(w.s.Wait, then)
	case scopeClose:
		w.observe(w.s.Close, then)
	case scopeCancelWatch:
		cancelOf(w.watches, arg)
	case scopeProbe:
		w.add(fmt.Sprint(w.s.Len(), " children"))
	}
}

// child makes a child whose answer to a cancel is in arg.
func (w *realScope) child(arg int, then func()) (int, *child) {
	i := len(w.children)
	d := w.made(i, arg, then)
	w.children = append(w.children, d)
	return i, d
}

func (w *realScope) made(i, arg int, then func()) *child {
	answer := answer(arg % int(answers))
	switch answer {
	case noCanceller:
		return deferred.New[int]()
	case ignoring:
		return deferred.New[int]().PassCancelTo(target(func() { w.add(fmt.Sprintf("ignored %d", i)) }))
	}
	return deferred.New(func(d *child) {
		w.add(fmt.Sprintf("canceller %d", i))
		if arg >= 128 {
			then()
		}
		switch answer {
		case givesValue, givesThenPanics:
			_ = d.Callback(100 + i)
		case givesError, panicking:
			_ = d.Errback(names[3])
		}
	})
}

func ignore(*failure.Failure) {}

// watch adds the observer of a child.
func (w *realScope) watch(i int, d *child, arg int, then func()) {
	d.AddBoth(func(v int, err error) (int, error) {
		w.add(fmt.Sprintf("child %d: %s", i, text(v, err)))
		if arg < 128 {
			then()
		}
		return 0, nil
	})
}

func (w *realScope) observe(of func() *deferred.Deferred[struct{}], then func()) {
	i := len(w.watches)
	w.watches = append(w.watches, nil)
	w.watches[i] = watched(of(), func(err error) {
		if err != nil {
			w.add(fmt.Sprintf("watch %d: %s", i, text(0, err)))
		} else {
			w.add(fmt.Sprintf("watch %d: over", i))
		}
		then()
	})
}

func (w *realScope) end() journal {
	w.add(fmt.Sprint("in the end ", w.s.Len()))
	for _, lost := range w.reports() {
		w.add("unhandled " + lost)
	}
	return w.journal
}

// modelScope is slices of who is there.
type modelScope struct {
	journal
	children []*scopeChild
	watches  []*scopeWatch
	working  []*scopeChild
	asked    []*scopeChild
	waiting  []*scopeWatch
	closed   bool
	err      string
	untold   bool
	busy     bool
}

type scopeChild struct {
	i, arg     int
	then       func()
	fired      bool
	cancelling bool
	result     string
	observed   bool
	stub       bool // its Go was not begun
}

type scopeWatch struct {
	i         int
	then      func()
	cancelled bool
}

func (m *modelScope) do(verb, arg int, then func()) {
	switch verb {
	case scopeAdd, scopeAddAsWell, scopeGo:
		m.begin(verb, arg, then)
	case scopeFinish:
		if c := pick(m.children, arg); c != nil {
			m.fire(c, fmt.Sprint(c.i))
		}
	case scopeFail:
		if c := pick(m.children, arg); c != nil {
			m.fire(c, fmt.Sprint("E", c.i%3))
		}
	case scopeCancel:
		if c := pick(m.children, arg); c != nil {
			m.cancel(c)
		}
	case scopeWait, scopeClose:
		w := &scopeWatch{i: len(m.watches), then: then}
		m.watches = append(m.watches, w)
		if verb == scopeClose {
			m.shut()
		}
		m.watch(w)
	case scopeCancelWatch:
		if w := pick(m.watches, arg); w != nil && slices.Contains(m.waiting, w) {
			w.cancelled = true
			m.shut()
		}
	case scopeProbe:
		m.add(fmt.Sprint(len(m.working)+len(m.asked), " children"))
	}
}

func (m *modelScope) begin(verb, arg int, then func()) {
	c := &scopeChild{i: len(m.children), arg: arg, then: then}
	m.children = append(m.children, c)
	if verb == scopeGo && m.closed {
		c.stub = true
		m.tell(c, "cancelled")
		return
	}
	if verb == scopeGo {
		m.add("begun")
	}
	m.working = append(m.working, c)
	if m.closed {
		m.pump()
	}
	c.observed = true
	if c.fired {
		m.tell(c, c.result)
	}
}

// fire ends a child, unless it has ended or nobody has begun it.
func (m *modelScope) fire(c *scopeChild, result string) {
	if c.fired || c.stub {
		return
	}
	c.fired, c.result = true, result
	isChild := func(other *scopeChild) bool { return other == c }
	m.working = slices.DeleteFunc(m.working, isChild)
	m.asked = slices.DeleteFunc(m.asked, isChild)
	if result[0] == 'E' && m.err == "" {
		m.err, m.closed = result, true
		m.untold = len(m.waiting) == 0
	}
	m.pump()
	if c.observed {
		m.tell(c, result)
	}
}

func (m *modelScope) tell(c *scopeChild, result string) {
	m.add(fmt.Sprintf("child %d: %s", c.i, result))
	if c.arg < 128 {
		c.then()
	}
}

func (m *modelScope) cancel(c *scopeChild) {
	if c.fired || c.cancelling || c.stub {
		return
	}
	c.cancelling = true
	switch answer := answer(c.arg % int(answers)); answer {
	case noCanceller:
	case ignoring:
		m.add(fmt.Sprintf("ignored %d", c.i))
		c.cancelling = false
		return
	default:
		m.add(fmt.Sprintf("canceller %d", c.i))
		if c.arg >= 128 {
			c.then()
		}
		switch answer {
		case givesValue, givesThenPanics:
			m.fire(c, fmt.Sprint(100+c.i))
		case givesError, panicking:
			m.fire(c, "E3")
		}
	}
	m.fire(c, "cancelled")
}

func (m *modelScope) shut() {
	m.closed = true
	if !m.busy {
		m.working = append(m.working, m.asked...)
		m.asked = nil
	}
	m.pump()
}

// pump asks children to stop and tells those who wait, one after the other.
func (m *modelScope) pump() {
	if m.busy {
		return
	}
	m.busy = true
	for {
		switch {
		case m.closed && len(m.working) > 0:
			c := m.working[0]
			m.working = m.working[1:]
			m.asked = append(m.asked, c)
			m.cancel(c)
		case len(m.working)+len(m.asked) == 0 && len(m.waiting) > 0:
			w := m.waiting[0]
			m.waiting = m.waiting[1:]
			m.over(w)
		default:
			m.busy = false
			return
		}
	}
}

func (m *modelScope) watch(w *scopeWatch) {
	m.untold = false
	if len(m.working)+len(m.asked) == 0 {
		m.over(w)
		return
	}
	m.waiting = append(m.waiting, w)
}

func (m *modelScope) over(w *scopeWatch) {
	switch {
	case m.err != "":
		m.add(fmt.Sprintf("watch %d: %s", w.i, m.err))
	case w.cancelled:
		m.add(fmt.Sprintf("watch %d: cancelled", w.i))
	default:
		m.add(fmt.Sprintf("watch %d: over", w.i))
	}
	w.then()
}

func (m *modelScope) end() journal {
	m.add(fmt.Sprint("in the end ", len(m.working)+len(m.asked)))
	if m.untold {
		m.add("unhandled " + m.err)
	}
	return m.journal
}
