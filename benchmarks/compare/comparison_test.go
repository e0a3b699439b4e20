package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// within ends what takes much too long.
func within(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// repository makes a repository with a commit of some files, and goes there.
func repository(t *testing.T, files map[string]string) {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skipf("NOT SEEN: %v", err)
	}
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("GOFLAGS", "")
	put(t, files)
	for _, args := range [][]string{
		{"init", "--quiet"},
		{"add", "."},
		{"-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false", "commit", "--quiet", "-m", "x"},
	} {
		if _, err := output(within(t), dir, "git", args...); err != nil {
			t.Fatal(err)
		}
	}
}

func put(t *testing.T, files map[string]string) {
	t.Helper()
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

const (
	library = "package lib\n\nfunc Old() int { return 1 }\n"
	rows    = `package rows_test

import (
	"testing"

	"example.com/m/lib"
)

func BenchmarkOld(b *testing.B) {
	for b.Loop() {
	}
	b.ReportMetric(float64(lib.Old()), "version")
}
`
	newRow = `package rows_test

import "testing"

func BenchmarkFresh(b *testing.B) {
	for b.Loop() {
	}
}
`
)

func small() map[string]string {
	return map[string]string{
		"go.mod":                        "module example.com/m\n\ngo 1.26\n",
		"lib/lib.go":                    library,
		"benchmarks/rows/lib_test.go":   rows,
		"benchmarks/rows/stale_test.go": "package rows_test\n\nfunc doesNotCompile() { nothing() }\n",
	}
}

func compare(t *testing.T) (c *comparison, said *strings.Builder) {
	said = &strings.Builder{}
	return &comparison{
		base: "HEAD", packages: []string{"./benchmarks/rows"}, pattern: ".", count: 2,
		benchtime: "1x", folder: t.TempDir(), progress: said,
	}, said
}

// TestComparison measures the library of the last commit and that of the working tree,
// both with the rows of the working tree.
func TestComparison(t *testing.T) {
	repository(t, small())
	put(t, map[string]string{
		"lib/lib.go":                  strings.Replace(library, "return 1", "return 2", 1),
		"benchmarks/rows/row_test.go": newRow,
	})
	if err := os.Remove("benchmarks/rows/stale_test.go"); err != nil {
		t.Fatal(err)
	}
	c, _ := compare(t)
	if err := c.run(within(t)); err != nil {
		t.Fatal(err)
	}
	for v, want := range map[version]string{base: "1.000 version", latest: "2.000 version"} {
		text, err := os.ReadFile(filepath.Join(c.folder, string(v)+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range []string{want, "BenchmarkFresh", "BenchmarkCalibrationLoop"} {
			if n := strings.Count(string(text), part); n < 2 {
				t.Errorf("%s.txt has %q %d times:\n%s", v, part, n, text)
			}
		}
	}
	trees, err := output(within(t), "", "git", "worktree", "list")
	if err != nil || strings.Contains(trees, "\n") {
		t.Errorf("a worktree is left: %s, %v", trees, err)
	}
}

// TestRowsThatTheBaseCannotHave has a row of something that is new in the library.
func TestRowsThatTheBaseCannotHave(t *testing.T) {
	repository(t, small())
	put(t, map[string]string{
		"lib/lib.go":                    strings.Replace(library, "Old", "New", 1),
		"benchmarks/rows/lib_test.go":   strings.ReplaceAll(rows, "lib.Old", "lib.New"),
		"benchmarks/rows/stale_test.go": newRow,
	})
	c, said := compare(t)
	err := c.run(within(t))
	if err == nil || !strings.Contains(said.String(), "LEFT OUT: example.com/m/benchmarks/rows does not compile at HEAD") {
		t.Errorf("got %v, and it said:\n%s", err, said)
	}
}

func TestFailures(t *testing.T) {
	repository(t, small())
	put(t, map[string]string{"benchmarks/rows/stale_test.go": newRow})
	for name, arm := range map[string]func(c *comparison){
		"no such revision":  func(c *comparison) { c.base = "nothing" },
		"no such package":   func(c *comparison) { c.packages = []string{"./nothing"} },
		"no such benchmark": func(c *comparison) { c.pattern = "Nothing" },
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := compare(t)
			arm(c)
			if err := c.run(within(t)); err == nil {
				t.Error("it has worked")
			}
		})
	}
}
