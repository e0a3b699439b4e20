package main

import (
	"math"
	"slices"
)

// loss is a row in which something else is better than ours.
type loss struct {
	row    row
	to     string  // the contender that is best in it
	value  float64 // ours, for one operation
	ratio  float64 // ours to theirs
	factor float64 // how much worse: always above 1
}

// losses returns the rows that are lost, each to the best of the others, the
// worst first. Floors do not count: they are nothing to use instead.
func (r *results) losses() []loss {
	var found []loss
	for _, s := range r.measuredSubjects() {
		for _, w := range s.rows {
			if l, ok := r.lossOf(w); ok {
				found = append(found, l)
			}
		}
	}
	slices.SortStableFunc(found, func(a, b loss) int {
		switch {
		case a.factor > b.factor:
			return -1
		case a.factor < b.factor:
			return 1
		}
		return 0
	})
	return found
}

// lossOf looks for the contender that a row is lost to by the most.
func (r *results) lossOf(w row) (loss, bool) {
	m := w.metric()
	own := r.series(w.path(), ours, m.key)
	worst := loss{row: w, factor: 1, value: own.median() / float64(w.per)}
	for _, c := range r.contenders(w.path()) {
		if c == ours || isFloor(c) {
			continue
		}
		ratio := own.to(r.series(w.path(), c, m.key)).median()
		factor := ratio
		if m.more {
			factor = 1 / ratio
		}
		if !math.IsNaN(factor) && factor > worst.factor {
			worst.to, worst.ratio, worst.factor = c, ratio, factor
		}
	}
	return worst, worst.to != ""
}
