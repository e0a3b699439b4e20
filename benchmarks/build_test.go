package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestModuleRoot(t *testing.T) {
	root, err := moduleRoot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "benchmarks", "build.go")); err != nil {
		t.Error(err)
	}
}

// TestWhatIsMissingIsNamed builds in a module that has nothing of what is needed.
func TestWhatIsMissingIsNamed(t *testing.T) {
	w := &workshop{root: t.TempDir(), folder: t.TempDir()}
	r := &results{Versions: map[string]string{}}
	t.Setenv("PATH", "") // no tools either
	w.build(t.Context(), makePlan(options{only: anything}), r)
	var of []string
	for _, n := range r.Missing {
		of = append(of, n.Of)
		if strings.Contains(n.Why, "\n") || strings.Contains(n.Why, w.root) || n.Why == "" {
			t.Errorf("%s: the reason is %q", n.Of, n.Why)
		}
	}
	want := []string{
		"rows of Go", "libraries for Go", "Java", "Node", "Twisted", "load generator", "Spindle server", "Go net server",
		"netpoll server", "C, epoll server", "libuv server", "Node server", "Twisted server", "benchmarks/idle",
	}
	if !slices.Equal(of, want) {
		t.Errorf("missing are %q, want %q", of, want)
	}
	if len(r.Commands) > 0 || len(w.others) > 0 || len(w.servers) > 0 || w.rows != "" || w.loader != "" {
		t.Errorf("something was built: %+v", w)
	}
}

func TestOnlyWhatIsNeededIsBuilt(t *testing.T) {
	w := &workshop{root: t.TempDir(), folder: t.TempDir()}
	r := &results{Versions: map[string]string{}}
	t.Setenv("PATH", "")
	w.build(t.Context(), makePlan(options{only: mustMatch("idle/heap")}), r)
	if len(r.Missing) != 1 || r.Missing[0].Of != "benchmarks/idle" {
		t.Errorf("missing are %v", r.Missing)
	}
}

func TestShownCommand(t *testing.T) {
	w := &workshop{root: "/src/spindle", folder: "/scratch"}
	if got, want := w.shown("javac -d /scratch/java /src/spindle/benchmarks/Rows.java"), "javac -d $TMP/java benchmarks/Rows.java"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestOneLine(t *testing.T) {
	if got, want := oneLine("# pkg\n\n a.go:1: no\n b\nc\nd\ne\n"), "a.go:1: no; b; c; d"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
