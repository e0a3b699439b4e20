//go:build unix

package reactor_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/reactor"
)

// TestModel runs random programs of changes against the simplest model: after each
// change, one turn must call just those whom the model names. As readiness is a
// level, that depends on nothing but the present state.
func TestModel(t *testing.T) {
	forEachPoller(t, func(w *world) {
		for seed := range uint64(20) {
			m := &model{w: w, random: rand.New(rand.NewPCG(seed, 0))}
			m.play(200)
			if w.Failed() {
				w.Fatalf("seed %d:\n%s", seed, strings.Join(m.done, "\n"))
			}
		}
	})
}

// places is how many pairs of sockets a model plays with.
const places = 5

// model knows what is registered, and what is ready.
type model struct {
	w      *world
	random *rand.Rand
	steps  int
	done   []string // for the one who looks into a failure

	at [places]struct {
		own, peer      *end
		reader, writer bool
		full           bool // there is something to read
		failing        bool // the next DoRead or DoWrite fails
	}
	seen [places]struct{ reads, writes, lost int }
}

// play makes that many changes, a turn for each.
func (m *model) play(steps int) {
	m.steps = steps
	for i := range m.at {
		m.fill(i)
	}
	m.w.r.CallWhenRunning(func() { m.w.check(m.w.r.CallFromThread(m.step)) })
	m.w.run()
}

// fill puts new sockets into a place.
func (m *model) fill(i int) {
	p := &m.at[i]
	p.own, p.peer = m.w.pair()
	p.full, p.failing = false, false
	m.seen[i] = struct{ reads, writes, lost int }{}
	fail := func() error {
		if p.failing {
			return errEnough
		}
		return nil
	}
	p.own.onRead, p.own.onWrite = fail, fail
}

// step is called once a turn, after the descriptors: it compares what they did
// with what the state before said, and makes the next change.
func (m *model) step() {
	for i := range m.at {
		m.compare(i)
	}
	if n, want := len(m.w.r.Readers()), m.readers(); n != want {
		m.w.Errorf("%d readers, want %d", n, want)
	}
	if m.steps--; m.steps == 0 || m.w.Failed() {
		m.clear()
		m.w.check(m.w.r.Stop())
		return
	}
	m.change(m.random.IntN(places))
	m.w.check(m.w.r.CallFromThread(m.step))
}

// compare checks one place.
func (m *model) compare(i int) {
	p, s := &m.at[i], &m.seen[i]
	read := p.reader && p.full
	write := p.writer && (!read || !p.failing)
	s.reads += count(read)
	s.writes += count(write)
	if p.failing && (read || write) {
		s.lost++
		p.reader, p.writer = false, false
	}
	if e := p.own; e.reads != s.reads || e.writes != s.writes || len(e.lost) != s.lost {
		m.w.Errorf("place %d: %d reads, %d writes, %d times lost; want %+v", i, e.reads, e.writes, len(e.lost), *s)
	}
}

func (m *model) readers() (n int) {
	for i := range m.at {
		n += count(m.at[i].reader)
	}
	return n
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

// change does one thing to a place.
func (m *model) change(i int) {
	p, r := &m.at[i], m.w.r
	changes := []struct {
		name string
		do   func()
	}{
		{"AddReader", func() { m.w.check(r.AddReader(p.own)); p.reader = true }},
		{"AddWriter", func() { m.w.check(r.AddWriter(p.own)); p.writer = true }},
		{"RemoveReader", func() { r.RemoveReader(p.own); p.reader = false }},
		{"RemoveWriter", func() { r.RemoveWriter(p.own); p.writer = false }},
		{"send", func() { p.peer.send(); p.full = true }},
		{"drain", func() { p.own.drain(); p.full = false }},
		{"fail", func() { p.failing = true }},
		{"close and fill", func() { m.remove(i); m.fill(i) }},
	}
	c := changes[m.random.IntN(len(changes))]
	m.done = append(m.done, fmt.Sprintf("%s of %d", c.name, i))
	c.do()
}

// remove empties a place, in the right order or, now and then, the wrong one.
func (m *model) remove(i int) {
	p := &m.at[i]
	last := []func(){p.own.close, func() { m.w.r.RemoveReader(p.own); m.w.r.RemoveWriter(p.own) }}
	if both := p.reader && p.writer; both || m.random.IntN(2) == 0 {
		last[0], last[1] = last[1], last[0]
	}
	for _, f := range last {
		f()
	}
	p.peer.close()
	p.reader, p.writer = false, false
}

// clear removes everything, so that nobody is told of the end.
func (m *model) clear() {
	for i := range m.at {
		m.remove(i)
	}
	if all := m.w.r.RemoveAll(); len(all) > 0 {
		m.w.Errorf("RemoveAll found %v", all)
	}
}

var _ reactor.WriteDescriptor = (*end)(nil)
