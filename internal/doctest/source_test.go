package doctest_test

import (
	"strings"
	"testing"

	"github.com/spindle-go/spindle/internal/doctest"
)

func TestSource(t *testing.T) {
	packages := map[string]string{"fmt": "fmt", "errors": "errors", "tls": "crypto/tls"}
	cases := []struct {
		name  string
		block doctest.Block
		pkg   string
		want  []string // in this order
		not   string   // not in the source, unless empty
	}{
		{
			"program",
			doctest.Block{Text: "package main\n\nfunc main() {}\n"},
			"main",
			[]string{"//line P.md:7\npackage main\n\nfunc main() {}\n"},
			"snippet",
		},
		{"test file", doctest.Block{Text: "package x_test\n"}, "x_test", []string{"package x_test"}, "snippet"},
		{"release", doctest.Block{Release: "go1.27", Text: "package main\n"}, "main", []string{"//go:build go1.27\n\n//line P.md:7\npackage main\n"}, ""},
		{
			"declarations",
			doctest.Block{Text: "func f() { fmt.Println() }\n"},
			"snippet",
			[]string{"package snippet\n", "import fmt \"fmt\"; \n", "//line P.md:7\nfunc f()"},
			"func _",
		},
		{
			"statements",
			doctest.Block{Text: "c := tls.Config{}\n"},
			"snippet",
			[]string{"import tls \"crypto/tls\"; ", "func _() {\n//line P.md:7\n", "c := tls.Config{}; _ = c\n"},
			"",
		},
		{
			"signature",
			doctest.Block{Signature: "func(err error) error", Text: "return err\n"},
			"snippet",
			[]string{"func _(err error) error {\n//line P.md:7\nreturn err\n"},
			"",
		},
		{
			"imports and statements",
			doctest.Block{Text: "import \"fmt\"\n\nfmt.Println()\n"},
			"snippet",
			[]string{"//line P.md:7\nimport \"fmt\"\nfunc _() {\n//line P.md:7\n\n\nfmt.Println()"},
			"import fmt",
		},
		{
			"a parameter is no package",
			doctest.Block{Signature: "func(errors interface{ New(string) })", Text: "errors.New(``)\n"},
			"snippet",
			[]string{"errors.New"},
			"import",
		},
		{
			"two variables and a blank",
			doctest.Block{Text: "a, _ := f() // why\nvar b, c int\n"},
			"snippet",
			[]string{"a, _ := f(); _ = a // why\nvar b, c int; _ = c; _ = b\n"},
			"",
		},
		{"variables of inner blocks must be used", doctest.Block{Text: "if true {\n\ta := 1\n}\n"}, "snippet", []string{"a := 1\n}\n"}, "_ = a"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			c.block.Page, c.block.Line = "P.md", 7
			source, pkg, err := c.block.Source(packages)
			if err != nil || pkg != c.pkg {
				t.Fatalf("package %q, error %v, want package %q", pkg, err, c.pkg)
			}
			rest := source
			for _, part := range c.want {
				_, after, ok := strings.Cut(rest, part)
				if !ok {
					t.Fatalf("no %q in its place in\n%s", part, source)
				}
				rest = after
			}
			if c.not != "" && strings.Contains(source, c.not) {
				t.Errorf("%q in\n%s", c.not, source)
			}
		})
	}
}

func TestSourceRefuses(t *testing.T) {
	cases := []struct {
		name  string
		block doctest.Block
		want  string
	}{
		{"broken statements", doctest.Block{Text: "a :=\n"}, "P.md:8"},
		{"signature of a program", doctest.Block{Signature: "func()", Text: "package main\n"}, "P.md:7: doctest: a signature is for a block of statements"},
		{"signature of declarations", doctest.Block{Signature: "func()", Text: "var a int\n"}, "P.md:7: doctest: a signature is for a block of statements"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			c.block.Page, c.block.Line = "P.md", 7
			_, _, err := c.block.Source(nil)
			if err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("error %v, want %s", err, c.want)
			}
		})
	}
}
