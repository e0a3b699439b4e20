package doctest_test

import (
	"errors"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/internal/doctest"
)

// TestExamples builds every program below examples, and runs those that say
// what they print.
func TestExamples(t *testing.T) {
	dirs := programs(t, filepath.Join(root, "examples"))
	if len(dirs) == 0 {
		t.Fatal("there are no programs below examples")
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			example(t, dir)
		})
	}
}

// programs returns the folders below dir that hold a package main.
func programs(t *testing.T, dir string) []string {
	t.Helper()
	found := map[string]bool{}
	for _, file := range repository(t, ".go") {
		if !strings.HasPrefix(file, dir+string(filepath.Separator)) || strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.PackageClauseOnly)
		if err != nil {
			t.Error(err)
			continue
		}
		if f.Name.Name == "main" {
			found[filepath.Dir(file)] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

func example(t *testing.T, dir string) {
	p, err := doctest.Build(deadline(t, buildDeadline), dir, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	golden, ok := testdata(t, dir, "golden.txt")
	if !ok {
		return
	}
	if args, ok := testdata(t, dir, "args.txt"); ok {
		p.Args = strings.Split(strings.TrimRight(args, "\r\n"), "\n")
	}
	status := 0
	if exit, ok := testdata(t, dir, "exit.txt"); ok {
		if status, err = strconv.Atoi(strings.TrimSpace(exit)); err != nil {
			t.Fatal(err)
		}
	}
	run(t, p, golden, status)
}

// testdata returns the text of a file that an example need not have.
func testdata(t *testing.T, dir, name string) (string, bool) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "testdata", name))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return string(text), err == nil
}
