package archtest

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"go/version"
	"io/fs"
	"path"
	"runtime"
	"strings"
)

// Tree is the parsed source of a repository. It is read-only after Load, and
// any goroutine may read it.
type Tree struct {
	// Fset gives the positions of all files.
	Fset *token.FileSet
	// Packages are in lexical order of their paths.
	Packages []*Package
}

// Package is one folder with Go files. A folder that has only tests counts as
// a package too, with no Files.
type Package struct {
	// Path is the folder below the root with slashes; the root is ".".
	Path string
	// Name is the name of the package clause of its non-test files.
	Name string
	// Nested reports that the folder belongs to a module below the root's.
	Nested bool
	// Files are its non-test files and Tests the others, each by file name.
	Files, Tests map[string]*ast.File
}

// Load parses every Go file of fsys, whatever system it is tagged for. Hidden
// folders, testdata, and folders that start with an underscore are left out,
// and files that need a newer Go release than the running one. It fails when a
// folder cannot be read or a file cannot be parsed.
func Load(fsys fs.FS) (*Tree, error) {
	l := loader{fsys: fsys, tree: &Tree{Fset: token.NewFileSet()}, nested: map[string]bool{}}
	if err := fs.WalkDir(fsys, ".", l.visit); err != nil {
		return nil, fmt.Errorf("archtest: %w", err)
	}
	return l.tree, nil
}

type loader struct {
	fsys   fs.FS
	tree   *Tree
	nested map[string]bool // the folders visited: whether each is inside a nested module
}

func (l *loader) visit(dir string, d fs.DirEntry, err error) error {
	if err != nil {
		return err
	}
	if !d.IsDir() {
		return nil
	}
	if dir != "." && ignored(d.Name()) {
		return fs.SkipDir
	}
	l.nested[dir] = dir != "." && (l.nested[path.Dir(dir)] || l.hasGoMod(dir))
	return l.loadPackage(dir)
}

func ignored(folder string) bool {
	return folder == "testdata" || strings.HasPrefix(folder, ".") || strings.HasPrefix(folder, "_")
}

func (l *loader) hasGoMod(dir string) bool {
	_, err := fs.Stat(l.fsys, path.Join(dir, "go.mod"))
	return err == nil
}

func (l *loader) loadPackage(dir string) error {
	entries, err := fs.ReadDir(l.fsys, dir)
	if err != nil {
		return err
	}
	p := &Package{Path: dir, Nested: l.nested[dir], Files: map[string]*ast.File{}, Tests: map[string]*ast.File{}}
	for _, e := range entries {
		if e.IsDir() || path.Ext(e.Name()) != ".go" {
			continue
		}
		if err := l.loadFile(p, e.Name()); err != nil {
			return err
		}
	}
	if len(p.Files)+len(p.Tests) > 0 {
		l.tree.Packages = append(l.tree.Packages, p)
	}
	return nil
}

func (l *loader) loadFile(p *Package, name string) error {
	src, err := fs.ReadFile(l.fsys, path.Join(p.Path, name))
	if err != nil {
		return err
	}
	if tooNew(src) {
		return nil
	}
	f, err := parser.ParseFile(l.tree.Fset, path.Join(p.Path, name), src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	if strings.HasSuffix(name, "_test.go") {
		p.Tests[name] = f
		return nil
	}
	p.Files[name] = f
	p.Name = f.Name.Name
	return nil
}

// tooNew reports whether the build constraint of src asks for a Go release
// after the running one. Such a file may hold syntax that this go/parser does
// not know: methods with type parameters came with Go 1.27.
func tooNew(src []byte) bool {
	for line := range bytes.Lines(src) {
		text := strings.TrimSpace(string(line))
		if strings.HasPrefix(text, "package ") {
			return false
		}
		if !constraint.IsGoBuild(text) {
			continue
		}
		expr, err := constraint.Parse(text)
		return err == nil && version.Compare(constraint.GoVersion(expr), runtime.Version()) > 0
	}
	return false
}
