package main

import (
	"regexp"
	"strings"
)

// patternFor narrows a pattern of go test's -bench down to one top-level benchmark. It
// returns "" where that is none of those meant.
func patternFor(pattern, name string) string {
	alternatives := []string{pattern}
	if strings.Contains(pattern, "/") {
		alternatives = strings.Split(pattern, "|")
	}
	var narrow []string
	for _, a := range alternatives {
		first, rest, below := strings.Cut(a, "/")
		if matched, err := regexp.MatchString(first, name); err != nil || !matched {
			continue
		}
		one := "^" + name + "$"
		if below {
			one += "/" + rest
		}
		narrow = append(narrow, one)
	}
	return strings.Join(narrow, "|")
}
