package main

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"text/tabwriter"
)

// Why there is no saying about a goal whose rows were left out.
const (
	noRow   = "the row was not measured"
	noSizes = "fewer than two sizes were measured"
)

// verdict is what came of a goal.
type verdict struct {
	goal
	got     float64 // NaN if there is no saying
	best    float64 // our best against the yardstick's best; NaN without a yardstick
	against string  // label of the yardstick, or ""
	why     string  // why there is no saying
}

// reached tells whether the goal is reached.
func (v verdict) reached() bool {
	if v.more {
		return v.got >= v.bound
	}
	return v.got <= v.bound
}

// word is the verdict in a word or two.
func (v verdict) word() string {
	switch {
	case math.IsNaN(v.got):
		return "not measured"
	case v.reached():
		return "reached"
	}
	return "not reached"
}

// wanted writes the bound.
func (v verdict) wanted() string {
	if v.more {
		return "at least " + ratioText(v.bound)
	}
	if len(v.yard) == 0 && !v.slope {
		return "at most " + number(v.bound)
	}
	return "at most " + ratioText(v.bound)
}

// is writes what was measured.
func (v verdict) is() string {
	switch {
	case math.IsNaN(v.got):
		return v.why
	case len(v.yard) == 0 && !v.slope:
		return number(v.got)
	}
	text := ratioText(v.got)
	if text == ratioText(v.bound) && v.got != v.bound {
		text = fmt.Sprintf("%.4g", v.got) // so that the verdict can be understood
	}
	if v.against != "" {
		text += " of " + v.against
	}
	return text
}

// atBest writes what the best rounds had, or the best slices of 10 ms of them, or "".
// The machine may be shared, and what its other guests do makes a round slower and
// never faster, but not all contenders alike: so this is nearer to what the code
// costs, and the median to what it was.
func (v verdict) atBest() string {
	if math.IsNaN(v.best) {
		return ""
	}
	return ratioText(v.best) + " at best"
}

// judge looks at all goals.
func (r *results) judge() []verdict {
	gs := goals()
	vs := make([]verdict, 0, len(gs))
	for _, g := range gs {
		vs = append(vs, r.judgeOne(g))
	}
	return vs
}

// judgeOne looks at one goal.
func (r *results) judgeOne(g goal) verdict {
	v := verdict{goal: g, got: math.NaN(), best: math.NaN()}
	if g.slope {
		v.got = r.slope(g)
		if math.IsNaN(v.got) {
			v.why = noSizes
		}
		return v
	}
	path, own := "", series{}
	for _, candidate := range g.rows {
		if s := r.series(candidate, cmp.Or(g.who, ours), g.keyOf(candidate)); len(s) > 0 {
			path, own = candidate, s
		}
	}
	if path == "" {
		v.why = noRow
		return v
	}
	if len(g.yard) == 0 {
		v.got = own.median()
		return v
	}
	v.got, v.best, v.against = r.against(g, path, own)
	if math.IsNaN(v.got) {
		v.why = "no yardstick here: " + labelOf(g.yard[0])
		if len(g.yard) > 1 {
			v.why += " or the like"
		}
	}
	return v
}

// against returns the ratio to the yardstick that makes it the worst, that of the best
// rounds to the same one, and its label; NaN if none was measured.
func (r *results) against(g goal, path string, own series) (worst, best float64, label string) {
	worst, best = math.NaN(), math.NaN()
	ownPath := path
	if g.row != "" {
		path = g.row
	}
	for _, y := range g.yard {
		yard := r.series(path, y, g.keyOf(path))
		both := own.to(yard)
		ratio := both.median()
		if !math.IsNaN(ratio) && (math.IsNaN(worst) || ratio > worst != g.more) {
			worst, label = ratio, labelOf(y)
			best = r.bestOf(ownPath, cmp.Or(g.who, ours), g, both) / r.bestOf(path, y, g, both)
		}
	}
	return worst, best, label
}

// bestOf returns the best that a contender had in a row, in those rounds that both
// have, since more tries find a better best: in a slice of a round where those are
// told apart, or else in a round.
func (r *results) bestOf(path, contender string, g goal, rounds series) float64 {
	key := g.keyOf(path)
	if slices := r.series(path, contender, "best-"+key).in(rounds); len(slices) > 0 {
		return slices.best(g.more)
	}
	return r.series(path, contender, key).in(rounds).best(g.more)
}

// keyOf returns the quantity that the goal looks at in a row.
func (g goal) keyOf(path string) string {
	if g.key != "" {
		return g.key
	}
	if r, ok := rowOf(path); ok {
		return r.metric().key
	}
	return "ns/op"
}

// rowOf finds a row by its subject/row.
func rowOf(path string) (row, bool) {
	for _, s := range subjects() {
		for _, r := range s.rows {
			if r.path() == path {
				return r, true
			}
		}
	}
	return row{}, false
}

// slope returns the exponent of our cost over rows of several sizes, or with more
// and more connections: the median of those of the rounds.
func (r *results) slope(g goal) float64 {
	sizes, costs := map[int][]float64{}, map[int][]float64{}
	for _, path := range g.rows {
		w, _ := rowOf(path)
		for round, x := range r.series(path, ours, g.keyOf(path)) {
			sizes[round] = append(sizes[round], float64(cmp.Or(w.size, w.load.conns)))
			costs[round] = append(costs[round], x)
		}
	}
	slopes := series{}
	for round := range sizes {
		if e := exponent(sizes[round], costs[round]); !math.IsNaN(e) {
			slopes[round] = e
		}
	}
	return slopes.median()
}

// writeGoals prints the goals and what came of them, with all that are missed. Of
// those about rows that were not measured it prints how many there are.
func writeGoals(w io.Writer, r *results) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "\nGoals\n")
	others := 0
	for _, v := range r.judge() {
		if v.why == noRow || v.why == noSizes {
			others++
			continue
		}
		fmt.Fprintf(t, "  %s\t%s\t%s\t%s\t%s\n", v.word(), v.title, v.wanted(), v.is(), v.atBest())
	}
	if others > 0 {
		fmt.Fprintf(t, "  not measured: the rows of %d more goals\n", others)
	}
	return t.Flush()
}
