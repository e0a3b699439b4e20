package main

import (
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"
)

// entry is a line of the table: a row by one contender.
type entry struct {
	row       row
	contender string
	value     float64 // median, for one operation
	allocs    float64 // median; NaN if not known
	base      string  // contender that the ratio is to
	ratio     float64 // median of the ratios of each round; NaN if there is no baseline
	least     float64 // ratio of the best and the worst round
	greatest  float64
}

// entries returns the table's lines for a row: one for each contender.
func (r *results) entries(w row) []entry {
	m := w.metric()
	base := r.series(w.path(), w.base, m.key)
	var es []entry
	for _, c := range r.contenders(w.path()) {
		own := r.series(w.path(), c, m.key)
		if len(own) == 0 {
			continue
		}
		e := entry{row: w, contender: c, base: w.base, value: own.median() / float64(w.per), allocs: r.series(w.path(), c, "allocs/op").median()}
		ratios := own.to(base)
		e.ratio = ratios.median()
		e.least, e.greatest = ratios.spread()
		es = append(es, e)
	}
	return es
}

// measuredSubjects returns the subjects with the rows that have results. Rows
// of a file that are not known any more are left out.
func (r *results) measuredSubjects() []subject {
	has := map[string]bool{}
	for _, m := range r.Samples {
		has[m.Subject+"/"+m.Row] = true
	}
	var found []subject
	for _, s := range subjects() {
		var rows []row
		for _, w := range s.rows {
			if has[w.path()] {
				rows = append(rows, w)
			}
		}
		if len(rows) > 0 {
			s.rows = rows
			found = append(found, s)
		}
	}
	return found
}

// writeTable prints all rows, with a ratio for each contender.
func writeTable(w io.Writer, r *results) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, s := range r.measuredSubjects() {
		fmt.Fprintf(t, "\n%s\n", s.title)
		for _, row := range s.rows {
			es := r.entries(row)
			if len(es) == 0 {
				continue
			}
			fmt.Fprintf(t, "  %s (%s; ratio to %s)\n", row.title, direction(row.metric()), baseText(row))
			for _, e := range es {
				fmt.Fprintf(t, "    %s\t%s %s\t%s\t%s\n", labelOf(e.contender), number(e.value), row.metric().unit, ratioText(e.ratio), r.aside(e))
			}
		}
	}
	return t.Flush()
}

// aside writes what else is to be known of an entry: allocations, or of a server
// its latency and its CPU time.
func (r *results) aside(e entry) string {
	if e.row.kind != echoLoad {
		return allocsText(e.allocs)
	}
	var words []string
	for _, q := range []struct{ key, name, unit string }{{"p50-us", "p50", "µs"}, {"p99-us", "p99", "µs"}, {"cpu-ns/req", "CPU", "ns each"}} {
		if x := r.series(e.row.path(), e.contender, q.key).median(); !math.IsNaN(x) && q.key != e.row.metric().key {
			words = append(words, fmt.Sprintf("%s %s %s", q.name, number(x), q.unit))
		}
	}
	return strings.Join(words, ", ")
}

// baseText says what the ratios of a row are to: the contender, and what it is if
// its name does not say so.
func baseText(w row) string {
	label := labelOf(w.base)
	if strings.Contains(w.means, label) {
		return w.means
	}
	return label + ": " + w.means
}

// direction says which way is better.
func direction(m metric) string {
	if m.more {
		return "more is better"
	}
	return "less is better"
}

// ratioText writes a ratio with two digits or more, or nothing if there is none.
func ratioText(x float64) string {
	switch {
	case math.IsNaN(x):
		return ""
	case x >= 10:
		return fmt.Sprintf("%.0f", x)
	case x >= 2:
		return fmt.Sprintf("%.1f", x)
	case x >= 0.1:
		return fmt.Sprintf("%.2f", x)
	default:
		return fmt.Sprintf("%.3f", x)
	}
}

// allocsText writes a number of allocations, or nothing if it is not known.
func allocsText(x float64) string {
	switch {
	case math.IsNaN(x):
		return ""
	case x == 1:
		return "1 alloc"
	}
	return number(x) + " allocs"
}

// number writes a measured number with three digits or so, grouped.
func number(x float64) string {
	switch a := math.Abs(x); {
	case math.IsNaN(x):
		return ""
	case a >= 1000:
		unit := math.Pow(10, math.Max(0, math.Floor(math.Log10(a))-2))
		return grouped(int(math.Round(x/unit) * unit))
	case a >= 100 || x == math.Trunc(x):
		return fmt.Sprintf("%.0f", x)
	case a >= 10:
		return fmt.Sprintf("%.1f", x)
	default:
		return fmt.Sprintf("%.2f", x)
	}
}

// writeNotes prints what is missing, what went wrong, and how even the machine was.
func writeNotes(w io.Writer, r *results) error {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s, %d cores, Linux %s, %s; %d rounds in %.0f s; commit %s\n", r.Machine.CPU, r.Machine.Cores, r.Machine.Kernel, r.Versions["Go"], r.Rounds, r.Seconds, r.Commit)
	fmt.Fprintln(&b, r.evenness())
	for _, n := range r.Missing {
		fmt.Fprintf(&b, "left out: %s\n", n)
	}
	for _, n := range r.Problems {
		fmt.Fprintf(&b, "went wrong: %s\n", n)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// evenness says how much the speed of the machine varied.
func (r *results) evenness() string {
	if len(r.Calibration) == 0 {
		return "The speed of the machine was not looked at."
	}
	rounds := map[int][]float64{}
	all := make([]float64, 0, len(r.Calibration))
	for _, c := range r.Calibration {
		rounds[c.Round] = append(rounds[c.Round], c.NS)
		all = append(all, c.NS)
	}
	byRound, single := series{}, series{}
	for round, xs := range rounds {
		byRound[round] = median(xs)
	}
	for i, x := range all {
		single[i] = x
	}
	least, greatest := single.spread()
	fast, slow := byRound.spread()
	return fmt.Sprintf("A fixed loop, timed %d times in between, took %.1f ms in the middle, and the slowest time %.2f of the fastest; from round to round its median varied by %.0f%%.",
		len(all), median(all)/1e6, greatest/least, 100*(slow/fast-1))
}
