package archtest_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/spindle-go/spindle/internal/archtest"
)

// tree parses a repository written as file name and text, in turn.
func tree(t *testing.T, files map[string]string) *archtest.Tree {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	loaded, err := archtest.Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

// wantProblems fails unless there is one problem for each part, holding it.
func wantProblems(t *testing.T, got, parts []string) {
	t.Helper()
	same := slices.EqualFunc(got, parts, strings.Contains)
	if !same {
		t.Errorf("problems:\n\t%s\nwant one with each of:\n\t%s", strings.Join(got, "\n\t"), strings.Join(parts, "\n\t"))
	}
}

func TestCheckImports(t *testing.T) {
	graph := archtest.Rules{
		Module: "m.test/m",
		Imports: map[string][]string{
			"low": {}, "high": {"low"}, "internal/core": {}, "programs/...": {archtest.Public},
		},
		ThirdParty:      []string{"x.test/sys"},
		ThirdPartyTests: []string{"x.test/leak"},
	}
	sound := map[string]string{
		"low/low.go":           "package low; import _ \"x.test/sys/unix\"",
		"low/low_test.go":      "package low_test; import (_ \"m.test/m/high\"; _ \"x.test/leak\")",
		"high/high.go":         "package high; import (_ \"m.test/m/low\"; _ \"go/ast\")",
		"high/testdata/bad.go": "package bad; import _ \"y.test/y\"",
		"internal/core/c.go":   "package core",
		"programs/a/main.go":   "package main; import (_ \"m.test/m/high\"; _ \"m.test/m/programs/lib\")",
		"programs/lib/lib.go":  "package lib",
		"programs/n/go.mod":    "module n.test/n",
		"programs/n/main.go":   "package main; import _ \"y.test/y\"",
	}
	cases := []struct {
		name       string
		file, text string // added to the sound tree; no text removes the file
		want       []string
	}{
		{"sound", "low/more.go", "package low", nil},
		{"import upwards", "low/up.go", "package low; import _ \"m.test/m/high\"", []string{"low/up.go imports high"}},
		{"file for another system", "low/up.go", "//go:build windows\n\npackage low; import _ \"m.test/m/high\"", []string{"low/up.go imports high"}},
		{"internal from a program", "programs/a/b.go", "package main; import _ \"m.test/m/internal/core\"", []string{"programs/a/b.go imports internal/core"}},
		{"internal from a nested module", "programs/n/b.go", "package main; import _ \"m.test/m/internal/core\"", []string{"programs/n/b.go imports internal/core"}},
		{"unknown package", "new/new.go", "package new", []string{"package new is not in the import graph: add an entry"}},
		{"entry without a package", "high/high.go", "", []string{"entry for high, which has no Go files"}},
		{"third party", "high/x.go", "package high; import _ \"x.test/leak\"", []string{"high/x.go imports x.test/leak"}},
		{"third party in a test", "high/x_test.go", "package high_test; import _ \"y.test/y\"", []string{"high/x_test.go imports y.test/y"}},
		{"name that only starts alike", "high/x.go", "package high; import _ \"x.test/system\"", []string{"high/x.go imports x.test/system"}},
		{"cgo", "high/x.go", "package high; import \"C\"", []string{"high/x.go imports C"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			files := map[string]string{c.file: c.text}
			for name, text := range sound {
				if name != c.file {
					files[name] = text
				}
			}
			if c.text == "" {
				delete(files, c.file)
			}
			wantProblems(t, archtest.CheckImports(tree(t, files), graph), c.want)
		})
	}
}

func TestLoadLeavesOutNewerReleases(t *testing.T) {
	const unknownSyntax = "//go:build go1.999\n\npackage p; func f() <- {"
	files := tree(t, map[string]string{"p/p.go": "package p", "p/p_go1999.go": unknownSyntax}).Packages[0].Files
	if len(files) != 1 || files["p.go"] == nil {
		t.Errorf("files loaded: %v, want p.go alone", files)
	}
}

func TestLoadFailsOnBrokenSource(t *testing.T) {
	_, err := archtest.Load(fstest.MapFS{"p/p.go": {Data: []byte("package p; func {")}})
	if err == nil || !strings.Contains(err.Error(), "p/p.go") {
		t.Errorf("error %v, want one that names p/p.go", err)
	}
}
