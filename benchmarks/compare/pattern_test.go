package main

import "testing"

func TestPatternFor(t *testing.T) {
	for _, row := range []struct{ name, pattern, benchmark, want string }{
		{"all", ".", "BenchmarkThen", "^BenchmarkThen$"},
		{"part of the name", "hen", "BenchmarkThen", "^BenchmarkThen$"},
		{"another", "Gather", "BenchmarkThen", ""},
		{"a row", "Then/one", "BenchmarkThen", "^BenchmarkThen$/one"},
		{"a contender", "Then/one/spindle", "BenchmarkThen", "^BenchmarkThen$/one/spindle"},
		{"either", "Then|Gather", "BenchmarkGather", "^BenchmarkGather$"},
		{"a row of either", "Then/one|Gather/n=10$", "BenchmarkGather", "^BenchmarkGather$/n=10$"},
		{"two rows", "Then/one|Then/pending", "BenchmarkThen", "^BenchmarkThen$/one|^BenchmarkThen$/pending"},
		{"the same row of all", "./n=10$", "BenchmarkGather", "^BenchmarkGather$/n=10$"},
		{"no pattern", "(", "BenchmarkThen", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := patternFor(row.pattern, row.benchmark); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}
