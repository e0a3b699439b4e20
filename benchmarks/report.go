package main

import (
	_ "embed" // for the page
	"errors"
	"fmt"
	"html/template"
	"io"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
)

// page is the report without its content.
//
//go:embed report.html
var page string

// report is what the page shows.
type report struct {
	*results
	Verdicts                    []verdictLine
	Reached, Missed, Unmeasured int
	Losses                      []lossLine
	Sections                    []section
	Even                        string
	VersionNames                []string
	Kind                        string
	Dashes                      []template.CSS // of lines, so that they differ without colour
}

// verdictLine is a goal as it is shown.
type verdictLine struct{ Class, Word, Title, Wanted, Is, Best, From string }

// lossLine is a lost row as it is shown.
type lossLine struct{ What, Value, Ratio, To string }

// section is a subject with its plots and its table.
type section struct {
	Name, Title, Text string
	Plots             []template.HTML
	Rows              []rowLines
}

// rowLines is a row with a line for each contender.
type rowLines struct {
	Title, Note string
	Latency     bool
	Lines       []tableLine
}

// tableLine is what one contender had.
type tableLine struct {
	Label, Value, Ratio, Range, Allocs, P50, P99, CPU string
	Ours                                              bool
	Raw                                               string // by round
}

// writeReportFile writes the page.
func writeReportFile(file string, r *results) (err error) {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return writeReport(f, r)
}

// writeReport writes the page: one file that needs nothing else.
func writeReport(w io.Writer, r *results) error {
	t, err := template.New("report").Funcs(template.FuncMap{"milliseconds": func(ns float64) string { return fmt.Sprintf("%.2f", ns/1e6) }}).Parse(page)
	if err != nil {
		return err
	}
	return t.Execute(w, newReport(r))
}

// newReport puts together what the page shows.
func newReport(r *results) report {
	p := report{results: r, Even: r.evenness(), VersionNames: slices.Sorted(maps.Keys(r.Versions)), Kind: "short", Dashes: dashes()}
	if r.Full {
		p.Kind = "full"
	}
	for _, v := range r.judge() {
		line := verdictLine{Word: v.word(), Title: v.title, Wanted: v.wanted(), Is: v.is(), Best: v.atBest(), From: v.from}
		switch {
		case math.IsNaN(v.got):
			line.Class = "unknown"
			p.Unmeasured++
		case v.reached():
			line.Class = "reached"
			p.Reached++
		default:
			line.Class = "missed"
			p.Missed++
		}
		p.Verdicts = append(p.Verdicts, line)
	}
	for _, l := range r.losses() {
		p.Losses = append(p.Losses, lossLine{
			What: labelOfSubject(l.row.subject) + ": " + l.row.title, Value: number(l.value) + " " + l.row.metric().unit,
			Ratio: ratioText(l.ratio), To: otherOf(l.row, l.to),
		})
	}
	for _, s := range r.measuredSubjects() {
		p.Sections = append(p.Sections, r.section(s))
	}
	return p
}

// dashes returns the pattern of each style of line.
func dashes() []template.CSS {
	return []template.CSS{"none", "none", "2 2", "6 2", "8 3 2 3", "5 3", "10 3", "3 3"}
}

// section makes the plots and the table of a subject.
func (r *results) section(s subject) section {
	sec := section{Name: s.name, Title: s.title, Text: s.text}
	add := func(plot func() template.HTML, ok bool) {
		if ok {
			sec.Plots = append(sec.Plots, plot())
		}
	}
	if c, ok := r.costs(s); ok {
		add(c.plot, ok)
	}
	for _, w := range s.rows {
		if w.size == 0 {
			c, ok := r.barsOf(w)
			add(c.plot, ok)
		}
		if w.kind == echoLoad { // three plots: a line of the page, where it is wide
			cpu, ok := r.processor(w)
			add(cpu.plot, ok)
			c, ok := r.latencies(w)
			add(c.plot, ok)
		}
		sec.Rows = append(sec.Rows, r.rowLines(w))
	}
	return sec
}

// rowLines makes the lines of a row.
func (r *results) rowLines(w row) rowLines {
	m := w.metric()
	lines := rowLines{Title: w.title, Latency: w.kind == echoLoad, Note: noteOf(w)}
	for _, e := range r.entries(w) {
		line := tableLine{
			Label: labelOf(e.contender), Value: number(e.value) + " " + m.unit, Ratio: ratioText(e.ratio),
			Ours: e.contender == ours, Allocs: number(e.allocs), Raw: r.raw(w, e.contender),
		}
		if !math.IsNaN(e.ratio) && e.contender != e.base {
			line.Range = ratioText(e.least) + " to " + ratioText(e.greatest)
		}
		if lines.Latency {
			line.P50 = number(r.series(w.path(), e.contender, "p50-us").median())
			line.P99 = number(r.series(w.path(), e.contender, "p99-us").median())
			line.CPU = number(r.series(w.path(), e.contender, "cpu-ns/req").median())
		}
		lines.Lines = append(lines.Lines, line)
	}
	return lines
}

// noteOf says what the numbers of a row are.
func noteOf(w row) string {
	return fmt.Sprintf("%s, %s; the ratio is to %s", w.metric().unit, direction(w.metric()), w.means)
}

// raw writes what was measured in each round, as it was measured.
func (r *results) raw(w row, contender string) string {
	xs := r.series(w.path(), contender, w.metric().key).values()
	words := make([]string, len(xs))
	for i, x := range xs {
		words[i] = fmt.Sprintf("%.4g", x)
		if x >= 1000 {
			words[i] = fmt.Sprintf("%.0f", x)
		}
	}
	return strings.Join(words, " ")
}
