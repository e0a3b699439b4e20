package main

import (
	"fmt"
	"html/template"
	"math"
	"slices"
)

// lines is a plot of curves.
type lines struct {
	title  string
	note   string // what the axes are
	x      []tick // places along the x axis; their values are those of points
	xLog   bool
	curves []curve
}

// tick is a mark on an axis.
type tick struct {
	value float64
	text  string
}

// curve is the line of one contender.
type curve struct {
	contender string
	points    [][2]float64 // x rising; y above 0
}

// How curves are laid out.
const (
	lineLeft   = 40.0
	lineRight  = plotWidth - 92
	lineTop    = 42.0
	lineBottom = 232.0

	leastFactor = 4.0 // between the ends of the axis of costs
)

// plot draws the curves over logarithmic costs, each with its name at its end.
func (c lines) plot() template.HTML {
	var s svg
	x, y := c.axes()
	s.text(0, 13, "start", "title", c.title)
	s.text(0, 29, "start", "small", c.note)
	for _, value := range y.logTicks() {
		s.line(lineLeft, y.at(value), lineRight, y.at(value), "grid")
		s.text(lineLeft-5, y.at(value)+4, "end", "small", short(value))
	}
	for _, t := range c.x {
		s.line(x.at(t.value), lineBottom, x.at(t.value), lineBottom+4, "grid")
		s.text(x.at(t.value), lineBottom+17, "middle", "small", t.text)
	}
	places := make([]float64, len(c.curves))
	for i, curve := range slices.Backward(c.curves) { // ours is the first, and lies above all
		style := styleOf(curve.contender)
		points := make([][2]float64, len(curve.points))
		for j, p := range curve.points {
			points[j] = [2]float64{x.at(p[0]), y.at(p[1])}
		}
		s.path(points, fmt.Sprintf("curve s%d", style))
		for _, p := range points {
			s.mark(p[0], p[1], style)
		}
		places[i] = points[len(points)-1][1]
	}
	spread(places)
	for i, curve := range c.curves {
		class := fmt.Sprintf("name n%d", styleOf(curve.contender))
		if curve.contender == ours {
			class += " strong"
		}
		end := x.at(curve.points[len(curve.points)-1][0])
		own := y.at(curve.points[len(curve.points)-1][1])
		s.line(end+5, own, lineRight+12, places[i], "leader")
		s.text(lineRight+15, places[i]+4, "start", class, labelOf(curve.contender))
	}
	return s.picture(c.title+": "+c.note, lineBottom+24)
}

// axes returns axes with room for all points.
func (c lines) axes() (x, y axis) {
	x = axis{least: c.x[0].value, greatest: c.x[len(c.x)-1].value, from: lineLeft + 6, to: lineRight, log: c.xLog}
	y = axis{least: math.Inf(1), greatest: math.Inf(-1), from: lineBottom - 4, to: lineTop + 4, log: true}
	for _, curve := range c.curves {
		for _, p := range curve.points {
			y.least, y.greatest = min(y.least, p[1]), max(y.greatest, p[1])
		}
	}
	// Small differences are not to look like large ones.
	room := max(1.1, math.Sqrt(leastFactor*y.least/y.greatest))
	y.least, y.greatest = y.least/room, y.greatest*room
	return x, y
}

// spread moves places apart that are nearer than a line of text, and keeps their
// order.
func spread(places []float64) {
	order := make([]int, len(places))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case places[a] < places[b]:
			return -1
		case places[a] > places[b]:
			return 1
		}
		return 0
	})
	for i, at := range order {
		if i > 0 {
			places[at] = max(places[at], places[order[i-1]]+lineHeight)
		}
	}
	// What was pushed out at the bottom pushes back.
	limit := lineBottom
	for _, at := range slices.Backward(order) {
		places[at] = min(places[at], limit)
		limit = places[at] - lineHeight
	}
}

// latencies draws the percentiles of a row of the load generator.
func (r *results) latencies(w row) (lines, bool) {
	c := lines{title: w.title, note: "latency in µs by percentile, less is better"}
	for _, percent := range []float64{50, 90, 99, 99.9, 99.99} {
		c.x = append(c.x, tick{nines(percent), fmt.Sprint(percent)})
	}
	for _, contender := range r.contenders(w.path()) {
		var points [][2]float64
		for _, p := range r.curve(w.path(), contender) {
			if p.Micros > 0 && p.Percent >= 50 {
				points = append(points, [2]float64{nines(p.Percent), p.Micros})
			}
		}
		if len(points) > 1 {
			c.curves = append(c.curves, curve{contender, points})
		}
	}
	return c, len(c.curves) > 0
}

// nines returns how many nines a percentage has: 1 for 90, 2 for 99.
func nines(percent float64) float64 { return -math.Log10(1 - percent/100) }

// costs draws the cost of one operation against the size, for rows of a subject
// that have one. They count the same.
func (r *results) costs(s subject) (lines, bool) {
	c := lines{title: s.title, xLog: true}
	byName := map[string][][2]float64{}
	var names []string
	for _, w := range s.rows {
		if w.size == 0 {
			continue
		}
		m := w.metric()
		c.note = fmt.Sprintf("%s each, %s, by number of %s", m.unit, direction(m), s.by)
		c.x = append(c.x, tick{float64(w.size), short(float64(w.size))})
		for _, e := range r.entries(w) {
			if byName[e.contender] == nil {
				names = append(names, e.contender)
			}
			byName[e.contender] = append(byName[e.contender], [2]float64{float64(w.size), e.value})
		}
	}
	for _, name := range names {
		c.curves = append(c.curves, curve{name, byName[name]})
	}
	return c, len(c.x) > 1
}
