package chain_test

import (
	"fmt"
	"slices"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
)

// The verbs of programs on a Queue.
const (
	queuePut       = iota
	queuePutAsWell // so it is twice as likely
	queuePutWait
	queueGet
	queueGetAsWell
	queueCancelGet
	queueCancelPut
	queueProbe
)

func queueTheatre() theatre {
	return theatre{
		name:  "queue",
		verbs: []string{"put", "put", "put and wait", "get", "get", "cancel get", "cancel put", "probe"},
		open: func(s *source, _ func() journal) (real, model stage) {
			size, backlog := s.below(4)-1, s.below(4)-1
			return &realQueue{q: chain.NewQueue[int](size, backlog)}, &modelQueue{size: size, backlog: backlog}
		},
		reach: []string{
			"put: queue is full", "get 3: 3", ": too many wait for the queue", "get 2: cancelled", "put 2: gone in", "put 2: cancelled",
			"length 0", "length 3",
		},
	}
}

// realQueue is the Queue of this package.
type realQueue struct {
	journal
	q       *chain.Queue[int]
	puts    int
	getters []deferred.Canceller
	putters []deferred.Canceller
}

func (w *realQueue) do(verb, arg int, then func()) {
	switch verb {
	case queuePut, queuePutAsWell:
		w.puts++
		if err := w.q.Put(w.puts); err != nil {
			w.add("put: " + text(0, err))
		}
	case queuePutWait:
		w.puts++
		id := len(w.putters)
		w.putters = append(w.putters, nil)
		w.putters[id] = watched(w.q.PutWait(w.puts), func(err error) {
			if err != nil {
				w.add(fmt.Sprintf("put %d: %s", id, text(0, err)))
				return
			}
			w.add(fmt.Sprintf("put %d: gone in", id))
			then()
		})
	case queueGet, queueGetAsWell:
		id := len(w.getters)
		w.getters = append(w.getters, nil)
		d := w.q.Get()
		w.getters[id] = d
		d.AddBoth(func(v int, err error) (int, error) {
			w.add(fmt.Sprintf("get %d: %s", id, text(v, err)))
			if err == nil {
				then()
			}
			return 0, nil
		})
	case queueCancelGet:
		cancelOf(w.getters, arg)
	case queueCancelPut:
		cancelOf(w.putters, arg)
	case queueProbe:
		w.add(fmt.Sprint("length ", w.q.Len()))
	}
}

// cancelOf cancels one of all, if it is there already.
func cancelOf(all []deferred.Canceller, i int) {
	if d := pick(all, i); d != nil {
		d.Cancel()
	}
}

func (w *realQueue) end() journal {
	w.add(fmt.Sprint("in the end ", w.q.Len()))
	return w.journal
}

// modelQueue is a few slices.
type modelQueue struct {
	journal
	size, backlog int
	puts          int
	items         []int
	waiting       []*modelGet
	getters       []*modelGet // all there were
	blocked       []*modelPut
	gone          []*modelPut // whose item has gone in, to be told
	putters       []*modelPut // all there were
	handing       bool
}

type modelGet struct {
	id   int
	then func()
}

type modelPut struct {
	id, v int
	then  func()
}

func (m *modelQueue) do(verb, arg int, then func()) {
	switch verb {
	case queuePut, queuePutAsWell:
		m.puts++
		if m.full() {
			m.add("put: queue is full")
			return
		}
		m.items = append(m.items, m.puts)
		m.hand()
	case queuePutWait:
		m.putWait(then)
	case queueGet, queueGetAsWell:
		m.get(then)
	case queueCancelGet:
		g := pick(m.getters, arg)
		if i := slices.Index(m.waiting, g); g != nil && i >= 0 {
			m.waiting = slices.Delete(m.waiting, i, i+1)
			m.add(fmt.Sprintf("get %d: cancelled", g.id))
		}
	case queueCancelPut:
		p := pick(m.putters, arg)
		if i := slices.Index(m.blocked, p); p != nil && i >= 0 {
			m.blocked = slices.Delete(m.blocked, i, i+1)
			m.add(fmt.Sprintf("put %d: cancelled", p.id))
		}
	case queueProbe:
		m.add(fmt.Sprint("length ", len(m.items)))
	}
}

// full reports whether there is no place for another item, neither with those
// who wait nor in the queue.
func (m *modelQueue) full() bool {
	return m.size >= 0 && len(m.items) >= len(m.waiting)+m.size
}

func (m *modelQueue) putWait(then func()) {
	m.puts++
	p := &modelPut{id: len(m.putters), v: m.puts, then: then}
	m.putters = append(m.putters, p)
	if m.full() {
		m.blocked = append(m.blocked, p)
		return
	}
	m.items = append(m.items, p.v)
	m.hand()
	m.tell(p)
}

func (m *modelQueue) tell(p *modelPut) {
	m.add(fmt.Sprintf("put %d: gone in", p.id))
	p.then()
}

func (m *modelQueue) get(then func()) {
	g := &modelGet{id: len(m.getters), then: then}
	m.getters = append(m.getters, g)
	all := slices.Clone(m.items)
	for _, p := range m.blocked {
		all = append(all, p.v)
	}
	switch {
	case len(m.waiting) == 0 && len(all) > 0:
		// The first of all goes, and the others move up.
		m.waiting = append(m.waiting, g)
		m.admit()
		m.waiting = m.waiting[:0]
		m.items = m.items[1:]
		m.hand()
		m.give(g, all[0])
	case m.backlog >= 0 && len(m.waiting)-len(all) >= m.backlog:
		m.add(fmt.Sprintf("get %d: too many wait for the queue", g.id))
	default:
		m.waiting = append(m.waiting, g)
		m.admit()
		m.hand()
	}
}

// admit lets in those who wait for room.
func (m *modelQueue) admit() {
	for len(m.blocked) > 0 && !m.full() {
		p := m.blocked[0]
		m.blocked = m.blocked[1:]
		m.items = append(m.items, p.v)
		m.gone = append(m.gone, p)
	}
}

func (m *modelQueue) give(g *modelGet, v int) {
	m.add(fmt.Sprintf("get %d: %d", g.id, v))
	g.then()
}

// hand serves those who wait, one after the other.
func (m *modelQueue) hand() {
	if m.handing {
		return
	}
	m.handing = true
	for {
		switch {
		case len(m.items) > 0 && len(m.waiting) > 0:
			g, v := m.waiting[0], m.items[0]
			m.waiting, m.items = m.waiting[1:], m.items[1:]
			m.give(g, v)
		case len(m.gone) > 0:
			p := m.gone[0]
			m.gone = m.gone[1:]
			m.tell(p)
		default:
			m.handing = false
			return
		}
	}
}

func (m *modelQueue) end() journal {
	m.add(fmt.Sprint("in the end ", len(m.items)))
	return m.journal
}
