package doctest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/internal/doctest"
)

func TestBlocks(t *testing.T) {
	cases := []struct {
		name     string
		markdown string
		want     []doctest.Block
	}{
		{"none", "Text with `code`.\n", nil},
		{"plain", "Text.\n\n```go\na\n\nb\n```\n", []doctest.Block{{Line: 4, Lang: "go", Text: "a\n\nb\n"}}},
		{"two", "```go\na\n```\n```sh\nb\n```\n", []doctest.Block{{Line: 2, Lang: "go", Text: "a\n"}, {Line: 5, Lang: "sh", Text: "b\n"}}},
		{"in a list", "- x\n\n  ```go\n  if a {\n  \tb\n  ```\n", []doctest.Block{{Line: 4, Lang: "go", Text: "if a {\n\tb\n"}}},
		{"fence in a longer fence", "````md\n```go\na\n```\n````\n", []doctest.Block{{Line: 2, Lang: "md", Text: "```go\na\n```\n"}}},
		{"note inside a block", "```html\n<!-- doctest: x -->\n```\n", []doctest.Block{{Line: 2, Lang: "html", Text: "<!-- doctest: x -->\n"}}},
		{"output", "<!-- output -->\n```text\na\n```\n", []doctest.Block{{Line: 3, Lang: "text", Text: "a\n", Output: true}}},
		{"notes", "<!-- doctest: go1.27 -->\n<!-- doctest: func(n int) error -->\n\n```go\na\n```\n", []doctest.Block{{Line: 5, Lang: "go", Text: "a\n", Signature: "func(n int) error", Release: "go1.27"}}},
		{"skip", "<!-- doctest: skip because it is wrong -->\n```go\na\n```\n", []doctest.Block{{Line: 3, Lang: "go", Text: "a\n", Skip: "it is wrong"}}},
		{"other comment", "<!-- a remark -->\n```go\na\n```\n", []doctest.Block{{Line: 3, Lang: "go", Text: "a\n"}}},
		{"carriage returns", "```go\r\na\r\n```\r\n", []doctest.Block{{Line: 2, Lang: "go", Text: "a\n"}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			for i := range c.want {
				c.want[i].Page = "P.md"
			}
			got, err := doctest.Blocks("P.md", c.markdown)
			if err != nil || !slices.Equal(got, c.want) {
				t.Errorf("got %+v, %v\nwant %+v", got, err, c.want)
			}
		})
	}
}

func TestBlocksRefuses(t *testing.T) {
	cases := []struct{ name, markdown, want string }{
		{"open fence", "text\n```go\na\n", "P.md:3: doctest: a fence is never closed"},
		{"unknown note", "<!-- doctest: sikp because x -->\n```go\n```\n", "P.md:1: doctest: a note must be"},
		{"skip without a reason", "<!-- doctest: skip -->\n```go\n```\n", "P.md:1: doctest: a note must be"},
		{"note above text", "<!-- output -->\ntext\n", "P.md:2: doctest: a note must stand directly above a block"},
		{"note at the end", "<!-- output -->\n", "P.md:1: doctest: a note must stand directly above a block"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := doctest.Blocks("P.md", c.markdown)
			if err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("error %v, want %s", err, c.want)
			}
		})
	}
}
