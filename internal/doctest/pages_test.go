package doctest_test

import (
	"go/build"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/spindle-go/spindle/internal/doctest"
)

// TestPages compiles every block of Go in every page, and runs the programs
// whose output the page shows.
func TestPages(t *testing.T) {
	m, err := doctest.NewModule(deadline(t, buildDeadline), t.TempDir(), root)
	if err != nil {
		t.Fatal(err)
	}
	s := shelf{t: t, m: m}
	for _, page := range repository(t, ".md") {
		if filepath.Base(page) != "CHANGELOG.md" { // it may show what is no more
			s.page(page)
		}
	}
	if s.compiled == 0 {
		t.Fatal("no page has a block of Go")
	}
	if err := m.Vet(deadline(t, buildDeadline)); err != nil {
		t.Fatal(err)
	}
	for _, shown := range s.outputs {
		t.Run(filepath.Base(shown.program), func(t *testing.T) {
			p, err := m.Build(deadline(t, buildDeadline), shown.program)
			if err != nil {
				t.Fatal(err)
			}
			run(t, p, shown.output, 0)
		})
	}
}

// shelf gathers the blocks of all pages in one module.
type shelf struct {
	t        *testing.T
	m        *doctest.Module
	compiled int
	outputs  []shown
}

type shown struct{ program, output string }

func (s *shelf) page(page string) {
	file, err := filepath.Abs(page)
	if err != nil {
		s.t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		s.t.Fatal(err)
	}
	blocks, err := doctest.Blocks(file, string(text))
	if err != nil {
		s.t.Error(err)
	}
	program := ""
	for _, b := range blocks {
		switch {
		case b.Lang == "go":
			program = s.add(b)
		case b.Output && program == "":
			s.t.Errorf("%s: no compiled block of Go comes before this output", b.Place())
		case b.Output:
			s.outputs = append(s.outputs, shown{program, doctest.Typed(b.Text)})
		}
	}
}

// add returns the name of the block in the module, or "" if it was left out.
func (s *shelf) add(b doctest.Block) string {
	newer := b.Release != "" && !slices.Contains(build.Default.ReleaseTags, b.Release)
	if b.Skip != "" || newer {
		s.t.Logf("%s is left out: %s%s", b.Place(), b.Skip, b.Release)
		return ""
	}
	name, err := s.m.Add(b)
	if err != nil {
		s.t.Error(err)
		return ""
	}
	s.compiled++
	return name
}
