package main

import (
	"fmt"
	"html/template"
	"math"
)

// bars is a plot that compares contenders by length.
type bars struct {
	title string
	note  string // what is counted, and which way is better
	bars  []bar
}

// bar is one of them.
type bar struct {
	label string
	value float64
	ours  bool
	floor bool
}

// How bars are laid out.
const (
	barHeight = 16.0
	barStep   = 22.0
	barLeft   = 112.0
	barRight  = plotWidth - 64
)

// plot draws the bars, each with its name before and its number after it.
func (c bars) plot() template.HTML {
	var s svg
	greatest := 0.0
	for _, b := range c.bars {
		greatest = max(greatest, b.value)
	}
	if greatest == 0 {
		greatest = 1
	}
	a := axis{least: 0, greatest: greatest, from: barLeft, to: barRight}
	s.text(0, 13, "start", "title", c.title)
	s.text(0, 29, "start", "small", c.note)
	y := 40.0
	for _, b := range c.bars {
		class := "bar other"
		switch {
		case b.ours:
			class = "bar ours"
		case b.floor:
			class = "bar floor"
		}
		name, weight := "label", ""
		if b.ours {
			weight = " strong"
		}
		end := max(a.at(b.value), barLeft+1)
		s.text(barLeft-6, y+12, "end", name+weight, b.label)
		s.rect(barLeft, y, end-barLeft, barHeight, class)
		s.text(end+5, y+12, "start", "value"+weight, short(b.value))
		y += barStep
	}
	return s.picture(fmt.Sprintf("%s: %s", c.title, c.note), y+2)
}

// barsOf draws a row: its rate for throughput, or its own quantity.
func (r *results) barsOf(w row) (bars, bool) {
	m := w.metric()
	c := bars{title: w.title, note: m.words + ", " + direction(m)}
	perSecond := m.key == "ns/op"
	if perSecond {
		c.note = "operations per second, more is better"
	}
	for _, e := range r.entries(w) {
		value := e.value
		if perSecond {
			value = 1e9 / value
		}
		c.add(e.contender, value)
	}
	return c, len(c.bars) > 1
}

// add adds the bar of a contender.
func (c *bars) add(contender string, value float64) {
	c.bars = append(c.bars, bar{label: labelOf(contender), value: value, ours: contender == ours, floor: isFloor(contender)})
}

// processor draws the CPU time of the servers for a request of the load generator.
// A rate can be the load generator's; this is theirs.
func (r *results) processor(w row) (bars, bool) {
	what := "request"
	if w.load.handshakes {
		what = "handshake"
	}
	c := bars{title: w.title, note: "server's CPU time per " + what + " in ns, less is better"}
	for _, contender := range r.contenders(w.path()) {
		if ns := r.series(w.path(), contender, "cpu-ns/req").median(); !math.IsNaN(ns) {
			c.add(contender, ns)
		}
	}
	return c, len(c.bars) > 1
}
