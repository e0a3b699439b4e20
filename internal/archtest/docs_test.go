package archtest_test

import (
	"testing"

	"github.com/spindle-go/spindle/internal/archtest"
)

func TestCheckDocs(t *testing.T) {
	cases := []struct {
		name string
		body string
		want []string
	}{
		{"function", "// F does.\nfunc F() {}", nil},
		{"function without", "func F() {}", []string{"F is exported and has no comment"}},
		{"function with another's", "// Fold does.\nfunc F() {}", []string{"comment of F does not start with its name"}},
		{"directive is no comment", "//go:noinline\nfunc F() {}", []string{"F is exported and has no comment"}},
		{"unexported", "func f() {}\n\ntype t struct{ A int }\n\nfunc (t) F() {}", nil},
		{"method", "// T is.\ntype T[A, B any] struct{}\n\nfunc (t *T[A, B]) M() {}", []string{"M is exported and has no comment"}},
		{"type", "type T int", []string{"T is exported and has no comment"}},
		{"types in parentheses", "// Types.\ntype (\n\tT int\n)", []string{"T is exported and has no comment"}},
		{"constants under one comment", "// All of them.\nconst (\n\tA = 1\n\tB = 2\n)", nil},
		{"constants with one missing", "const (\n\t// A is.\n\tA = 1\n\tB = 2\n)", []string{"B is exported and has no comment"}},
		{"variable", "// ErrX is.\nvar ErrX error", nil},
		{"variable with another's", "// Oh.\nvar ErrX error", []string{"comment of ErrX does not start with its name"}},
		{"fields in a run", "// T is.\ntype T struct {\n\t// All.\n\tA int\n\tB int\n\tC int\n\n\td int\n}", nil},
		{"field after a gap", "// T is.\ntype T struct {\n\t// Most.\n\tA, B, C int\n\n\tD int\n}", []string{"D is exported and neither it"}},
		{"field with a comment at its side", "// T is.\ntype T struct {\n\tA int // All.\n\tB, C, D int\n}", nil},
		{"field before the comment", "// T is.\ntype T struct {\n\tA int\n\tB, C, D int // Most.\n}", []string{"A is exported and neither it"}},
		{"few fields", "// T is.\ntype T struct {\n\tA int\n\n\tB, C int\n}", nil},
		{"struct on one line", "// T is.\ntype T struct{ A, B, C, D int }", nil},
		{"interface with one method", "// T is.\ntype T interface {\n\tM()\n}", nil},
		{"interface with two methods", "// T is.\ntype T interface {\n\tM()\n\tN()\n}", []string{"M is exported and", "N is exported and"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			files := map[string]string{"p/doc.go": "// Package p is.\npackage p\n", "p/p.go": "package p\n\n" + c.body + "\n"}
			wantProblems(t, archtest.CheckDocs(tree(t, files)), c.want)
		})
	}
}

func TestCheckDocsOfInternalPackages(t *testing.T) {
	const text = "package p\n\n// T is.\ntype T struct {\n\tA int\n\tB int\n\tC int\n\n\tD int\n}\n\ntype U int\n"
	files := map[string]string{"internal/p/doc.go": "// Package p is.\npackage p\n", "internal/p/p.go": text}
	want := []string{"D is exported and neither it", "U is exported and has no comment"}
	wantProblems(t, archtest.CheckDocs(tree(t, files)), want)
}

func TestCheckPackageComments(t *testing.T) {
	cases := []struct {
		name  string
		files map[string]string
		want  []string
	}{
		{"in another file", map[string]string{"p/p.go": "// Package p is.\npackage p"}, []string{`p: doc.go must hold a package comment that starts with "Package p"`}},
		{"for another package", map[string]string{"p/doc.go": "// Package pq is.\npackage p"}, []string{"p: doc.go must hold"}},
		{"program", map[string]string{"p/main.go": "// Serves.\npackage main\n\nfunc Undocumented() {}"}, nil},
		{"program without", map[string]string{"p/main.go": "package main"}, []string{"p: the program has no package comment"}},
		{"only tests", map[string]string{"p/p_test.go": "package p_test"}, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			wantProblems(t, archtest.CheckDocs(tree(t, c.files)), c.want)
		})
	}
}
