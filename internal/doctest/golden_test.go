package doctest_test

import (
	"strings"
	"testing"

	"github.com/spindle-go/spindle/internal/doctest"
)

func TestMatch(t *testing.T) {
	cases := []struct{ name, want, got, problem string }{
		{"same", "a\nb\n", "a\nb\n", ""},
		{"line end at the end", "a", "a\n\n", ""},
		{"carriage returns", "a\nb\n", "a\r\nb\r\n", ""},
		{"nothing", "", "\n", ""},
		{"differs", "a\nb\n", "a\nc\n", `line 2 is "c", want "b"`},
		{"missing", "a\nb\n", "a\n", `line 2 is missing: "b"`},
		{"too many", "a\n", "a\nb\n", `line 2 is one too many: "b"`},
		{"patterns are no patterns", "a.c\n", "abc\n", `line 1 is "abc", want "a.c"`},
		{"whole line", "a\n", "ab\n", `line 1 is "ab", want "a"`},
		{"port", "on 127.0.0.1:<port>.", "on 127.0.0.1:54321.", ""},
		{"port only where it says so", "on :80", "on :81", `line 1 is "on :81", want "on :80"`},
		{"no port", "on :<port>", "on :http", `line 1 is "on :http", want "on :<port>"`},
		{"short time", "after <time>", "after 950µs", ""},
		{"long time", "after <time> (ok)", "after 1h2m3.5s (ok)", ""},
		{"no time", "after <time>", "after 3", `line 1 is "after 3", want "after <time>"`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			problem := ""
			if err := doctest.Match(c.want, c.got); err != nil {
				problem = err.Error()
			}
			if problem != c.problem {
				t.Errorf("Match says %q, want %q", problem, c.problem)
			}
		})
	}
}

func TestTypedLinesAreLeftOut(t *testing.T) {
	if got := doctest.Typed("$ go run .\na $ b\n$ ls\nc\n"); got != "a $ b\nc\n" {
		t.Errorf("got %s", strings.TrimSpace(got))
	}
}
