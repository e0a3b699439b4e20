package doctest_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/spindle-go/spindle/internal/doctest"
)

func TestModule(t *testing.T) {
	cases := []struct {
		name  string
		block doctest.Block
		want  string // in the error, or "" for none
	}{
		{"statements", doctest.Block{Text: "f := failure.New(io.EOF)\n"}, ""},
		{"declarations", doctest.Block{Text: "func roll() int { return rand.IntN(6) }\n"}, ""},
		{"signature", doctest.Block{Signature: "func(f *failure.Failure) error", Text: "return f.Trap(io.EOF)\n"}, ""},
		{"test file", doctest.Block{Text: "package x_test\n\nimport \"testing\"\n\nfunc TestX(*testing.T) {}\n"}, ""},
		{"unknown name", doctest.Block{Text: "_ = 1\nfailure.Nothing()\n"}, "P.md:8: undefined: failure.Nothing"},
		{"unknown name in a test file", doctest.Block{Text: "package x_test\n\nvar x = nothing\n"}, "P.md:9: undefined: nothing"},
		{"mistake that vet finds", doctest.Block{Text: "fmt.Printf(\"%d\", \"x\")\n"}, "P.md:7:"},
		{"internal package", doctest.Block{Text: "package main\n\nimport _ \"github.com/spindle-go/spindle/internal/doctest\"\n\nfunc main() {}\n"}, "use of internal package"},
		{"unused import", doctest.Block{Text: "import \"fmt\"\n\n_ = 1\n"}, "\"fmt\" imported and not used"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m, err := doctest.NewModule(deadline(t, buildDeadline), t.TempDir(), root)
			if err != nil {
				t.Fatal(err)
			}
			c.block.Page, c.block.Line = "P.md", 7
			if _, err := m.Add(c.block); err != nil {
				t.Fatal(err)
			}
			err = m.Vet(deadline(t, buildDeadline))
			switch {
			case c.want == "" && err != nil:
				t.Error(err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("error %v, want one with %s", err, c.want)
			}
		})
	}
}

// buildProgram builds a program from its text.
func buildProgram(t *testing.T, text string) doctest.Program {
	t.Helper()
	m, err := doctest.NewModule(deadline(t, buildDeadline), t.TempDir(), root)
	if err != nil {
		t.Fatal(err)
	}
	name, err := m.Add(doctest.Block{Page: "P.md", Line: 7, Lang: "go", Text: text})
	if err != nil {
		t.Fatal(err)
	}
	p, err := m.Build(deadline(t, buildDeadline), name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestProgram(t *testing.T) {
	p := buildProgram(t, `package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Print(os.Args[1:])
	fmt.Fprint(os.Stderr, "no")
	os.Exit(3)
}
`)
	p.Args = []string{"a b", "c"}
	got, err := p.Run(deadline(t, runDeadline))
	want := doctest.Result{Stdout: "[a b c]", Stderr: "no", Status: 3}
	if err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
}

func TestProgramThatNeverEnds(t *testing.T) {
	p := buildProgram(t, `package main

import (
	"os"
	"os/signal"
)

func main() {
	never := make(chan os.Signal, 1)
	signal.Notify(never)
	<-never
}
`)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := p.Run(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want %v", err, context.DeadlineExceeded)
	}
}
