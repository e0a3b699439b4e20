package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
)

// The marks in README.md between which the table stands.
const (
	readmeBegin = "<!-- benchmarks -->\n"
	readmeEnd   = "<!-- /benchmarks -->\n"
)

// errNoLoss refuses a table in which everything is won.
var errNoLoss = errors.New("benchmarks: no row is lost, and a table without one is not written: measure more rows")

// errNoMarks says that README.md has no place for the table.
var errNoMarks = errors.New("benchmarks: README.md needs one " + strings.TrimSpace(readmeBegin) + " and after it one " + strings.TrimSpace(readmeEnd))

// updateReadme makes the table in README.md from a results file.
func updateReadme(ctx context.Context, file string) error {
	r, err := readResults(file)
	if err != nil {
		return err
	}
	root, err := moduleRoot(ctx)
	if err != nil {
		return err
	}
	readme := filepath.Join(root, "README.md")
	old, err := os.ReadFile(readme)
	if err != nil {
		return err
	}
	text, err := r.readme(string(old))
	if err != nil {
		return err
	}
	return os.WriteFile(readme, []byte(text), 0o644)
}

// readme returns the page with a new table between the marks.
func (r *results) readme(page string) (string, error) {
	before, rest, found := strings.Cut(page, readmeBegin)
	_, after, closed := strings.Cut(rest, readmeEnd)
	if !found || !closed || strings.Contains(after, readmeBegin) {
		return "", errNoMarks
	}
	table, err := r.readmeTable()
	if err != nil {
		return "", err
	}
	return before + readmeBegin + table + readmeEnd + after, nil
}

// oftener says which subjects have several values a round.
func (r *results) oftener() string {
	most := 0
	var titles []string
	for _, s := range subjects() {
		found := 0
		for _, w := range s.rows {
			if w.often > 0 {
				found = max(found, len(r.series(w.path(), ours, w.metric().key)))
			}
		}
		if found > r.Rounds {
			most = max(most, found)
			titles = append(titles, s.title)
		}
	}
	if most == 0 {
		return ""
	}
	return fmt.Sprintf(" (in %d parts: %s)", most, strings.Join(titles, ", "))
}

// readmeTable makes what stands between the marks.
func (r *results) readmeTable() (string, error) {
	losses := r.losses()
	if len(losses) == 0 {
		return "", errNoLoss
	}
	worst := losses[0]
	var b strings.Builder
	fmt.Fprintf(&b, "Medians of %d rounds%s in which each benchmark ran in turn with the others, so that noise fell on all alike; the ratio is to the other in the same round. For times and bytes less than 1 is better, for requests more. %s\n\n", r.Rounds, r.oftener(), r.where())
	fmt.Fprint(&b, "| what | Spindle | ratio | to |\n| --- | --- | --- | --- |\n")
	for _, s := range r.measuredSubjects() {
		for _, w := range s.rows {
			if w.readme && (w.path() != worst.row.path() || w.base != worst.to) {
				b.WriteString(r.readmeRow(s, w))
			}
		}
	}
	m := worst.row.metric()
	title := labelOfSubject(worst.row.subject) + ": " + worst.row.title
	fmt.Fprintf(&b, "| **%s: we lose** | %s %s | **%s** | %s |\n", title, number(worst.value), m.unit, ratioText(worst.ratio), otherOf(worst.row, worst.to))
	fmt.Fprintf(&b, "\nThe last row is the one of those measured that we lose by the most. In %d of %d rows something else is better than ours.\n", len(losses), r.rowCount())
	return b.String(), nil
}

// readmeRow makes the line of a row, or none if there is nothing to compare with.
func (r *results) readmeRow(s subject, w row) string {
	for _, e := range r.entries(w) {
		if e.contender == ours && !math.IsNaN(e.ratio) {
			return fmt.Sprintf("| %s: %s | %s %s | %s | %s |\n", s.title, w.title, number(e.value), w.metric().unit, ratioText(e.ratio), w.means)
		}
	}
	return ""
}

// otherOf says in words what a contender of a row is.
func otherOf(w row, contender string) string {
	if contender == w.base {
		return w.means
	}
	return labelOf(contender)
}

// where describes the machine in a sentence.
func (r *results) where() string {
	return fmt.Sprintf("%s, %d cores, Linux %s, %s, %s.", r.Machine.CPU, r.Machine.Cores, r.Machine.Kernel,
		strings.Replace(r.Versions["Go"], "go", "Go ", 1), r.Started.Format("2 January 2006"))
}

// rowCount is how many rows were measured with ours and with something else.
func (r *results) rowCount() int {
	n := 0
	for _, s := range r.measuredSubjects() {
		for _, w := range s.rows {
			own, others := false, false
			for _, c := range r.contenders(w.path()) {
				own = own || c == ours
				others = others || c != ours && !isFloor(c)
			}
			if own && others {
				n++
			}
		}
	}
	return n
}

// labelOfSubject returns the title of a subject.
func labelOfSubject(name string) string {
	for _, s := range subjects() {
		if s.name == name {
			return s.title
		}
	}
	return name
}
