package doctest

import (
	"fmt"
	"regexp"
	"strings"
)

// Match compares what a program printed with what was expected, line by line.
// It returns nil when they agree, and otherwise an error that shows the first
// line that differs. Placeholders count in want only.
func Match(want, got string) error {
	wanted, printed := lines(want), lines(got)
	for i := range max(len(wanted), len(printed)) {
		switch {
		case i >= len(printed):
			return fmt.Errorf("line %d is missing: %q", i+1, wanted[i])
		case i >= len(wanted):
			return fmt.Errorf("line %d is one too many: %q", i+1, printed[i])
		case !matchLine(wanted[i], printed[i]):
			return fmt.Errorf("line %d is %q, want %q", i+1, printed[i], wanted[i])
		}
	}
	return nil
}

func lines(text string) []string {
	text = strings.TrimRight(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// matchLine relies on QuoteMeta leaving the placeholders as they are: neither
// angle brackets nor letters are special.
func matchLine(want, got string) bool {
	pattern := strings.NewReplacer(
		"<time>", `(?:\d+(?:\.\d+)?(?:h|ms|µs|ns|m|s))+`,
		"<port>", `\d{1,5}`,
	).Replace(regexp.QuoteMeta(want))
	return regexp.MustCompile("^" + pattern + "$").MatchString(got)
}

// Typed removes the lines that a user types, which start with "$ ", from the
// output that a page shows.
func Typed(output string) string {
	var printed strings.Builder
	for line := range strings.Lines(output) {
		if !strings.HasPrefix(line, "$ ") {
			printed.WriteString(line)
		}
	}
	return printed.String()
}
