package doctest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/internal/doctest"
)

const tutorial = "examples/tutorial"

// TestTutorial checks that the page of the tutorial and its programs agree:
// there is a section and a row in the table for each step, in order, and what
// the page shows of a step stands in its program or is what that prints.
func TestTutorial(t *testing.T) {
	page := read(t, filepath.Join(tutorial, "README.md"))
	sections := strings.Split(page, "\n## ")
	steps := programs(t, filepath.Join(root, tutorial))
	if len(steps) == 0 {
		t.Fatal("there are no steps")
	}
	for i, dir := range steps {
		name := filepath.Base(dir)
		t.Run(name, func(t *testing.T) {
			number := fmt.Sprintf("%02d", i+1)
			if !strings.HasPrefix(name, number+"-") {
				t.Errorf("step %s is in the folder %s", number, name)
			}
			if row := fmt.Sprintf("| %d | [`%s`](%[2]s/main.go) |", i+1, name); !strings.Contains(sections[0], row) {
				t.Errorf("the table has no row that starts with %q", row)
			}
			if i+1 >= len(sections) || !strings.HasPrefix(sections[i+1], fmt.Sprintf("%d. ", i+1)) {
				t.Fatalf("the page has no section %d in its place", i+1)
			}
			excerpts(t, sections[i+1], dir)
		})
	}
	if extra := sections[len(steps)+1:]; len(extra) != 1 || !strings.HasPrefix(extra[0], "Where next") {
		t.Errorf("there are %d sections behind the last step, want one: Where next", len(extra))
	}
}

// excerpts fails unless each part of a block of Go in the section stands in the
// program in dir, however deep it is indented there, and each block of text is
// what it prints. Parts are divided by blank lines.
func excerpts(t *testing.T, section, dir string) {
	t.Helper()
	golden, ok := testdata(t, dir, "golden.txt")
	if !ok {
		t.Error("it does not say what it prints")
	}
	source := sources(t, dir)
	if command := "go run ./" + tutorial + "/" + filepath.Base(dir) + "\n"; !strings.Contains(source, command) {
		t.Errorf("its comment does not have the command %q", command)
	}
	blocks, err := doctest.Blocks("README.md", section)
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	for _, b := range blocks {
		switch b.Lang {
		case "text":
			if err := doctest.Match(golden, b.Text); err != nil {
				t.Errorf("the page shows an output that is not its own: %v", err)
			}
		case "go":
			for part := range strings.SplitSeq(strings.TrimSpace(b.Text), "\n\n") {
				shown++
				if !strings.Contains(source, flush(part)) {
					t.Errorf("the page shows what is not there:\n%s", part)
				}
			}
		}
	}
	if shown == 0 {
		t.Error("the page shows nothing of it")
	}
}

// sources returns the text of all Go files in dir, without indentation.
func sources(t *testing.T, dir string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.WriteString(flush(string(text)))
	}
	return all.String()
}

// flush takes the indentation from all lines of a text.
func flush(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(strings.TrimSpace(line))
		b.WriteByte('\n')
	}
	return b.String()
}
