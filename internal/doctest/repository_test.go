package doctest_test

import (
	"context"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spindle-go/spindle/internal/doctest"
)

// root is the checkout, seen from this package.
const root = "../.."

// The deadlines of one go command, which may compile the standard library
// first, and of one program.
const (
	buildDeadline = 5 * time.Minute
	runDeadline   = time.Minute
)

// repository returns the paths of all files of the checkout that end in
// suffix, without hidden folders and testdata.
//
// It asks for the size and time of every Go file on the way. The go command
// keeps the result of a test until a file changes that the test itself has
// looked at; what the go commands below look at, it does not know.
func repository(t *testing.T, suffix string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && file != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata"):
			return filepath.SkipDir
		case strings.HasSuffix(file, suffix):
			found = append(found, file)
		}
		if !d.IsDir() && filepath.Ext(file) == ".go" {
			_, err = d.Info()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func deadline(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

// run runs the program and compares what it prints and its exit status.
func run(t *testing.T, p doctest.Program, golden string, status int) {
	t.Helper()
	result, err := p.Run(deadline(t, runDeadline))
	if err != nil {
		t.Errorf("%v\nstdout:\n%s\nstderr:\n%s", err, result.Stdout, result.Stderr)
		return
	}
	if result.Status != status {
		t.Errorf("exit status %d, want %d", result.Status, status)
	}
	if err := doctest.Match(golden, result.Stdout); err != nil {
		t.Errorf("%v\nstdout:\n%s", err, result.Stdout)
	}
	if t.Failed() {
		t.Logf("stderr:\n%s", result.Stderr)
	}
}
