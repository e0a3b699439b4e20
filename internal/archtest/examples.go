package archtest

import (
	"fmt"
	"go/ast"
	"maps"
	"slices"
	"strings"
)

// implied are methods that a program calls through the standard library: by
// printing a value, or by asking errors.Is.
var implied = []string{"Error", "Unwrap", "Is", "String", "Format", "LogValue", "Timeout"}

// CheckExamples returns a line for each exported name of the packages that no
// example of the package uses, and for each path that is none, in a fixed order.
// It returns nil when all is well. Examples are the files with "example" in their
// name.
func CheckExamples(t *Tree, packages ...string) []string {
	var problems []string
	for _, path := range packages {
		i := slices.IndexFunc(t.Packages, func(p *Package) bool { return p.Path == path })
		if i < 0 {
			problems = append(problems, fmt.Sprintf("%s: there is no such package", path))
			continue
		}
		shown := shownNames(t.Packages[i])
		for _, name := range exportedNames(t.Packages[i]) {
			if !shown[name[strings.LastIndexByte(name, '.')+1:]] {
				problems = append(problems, fmt.Sprintf("%s: no example uses %s", path, name))
			}
		}
	}
	return problems
}

// shownNames are the identifiers that the examples of p use, and what they are
// examples of: ExampleT_m is one of T.
func shownNames(p *Package) map[string]bool {
	names := map[string]bool{}
	for file, f := range p.Tests {
		if !strings.Contains(file, "example") {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				of, _, _ := strings.Cut(strings.TrimPrefix(id.Name, "Example"), "_")
				names[id.Name], names[of] = true, true
			}
			return true
		})
	}
	return names
}

// exportedNames are the exported functions, types, values and methods of p, in
// order; a method with its type before a dot.
func exportedNames(p *Package) []string {
	names := map[string]bool{}
	for _, f := range p.Files {
		for _, decl := range f.Decls {
			for _, name := range declaredNames(decl) {
				names[name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}

func declaredNames(decl ast.Decl) (names []string) {
	add := func(id *ast.Ident) {
		if id.IsExported() {
			names = append(names, id.Name)
		}
	}
	switch d := decl.(type) {
	case *ast.FuncDecl:
		switch {
		case d.Recv == nil:
			add(d.Name)
		case ast.IsExported(receiver(d)) && d.Name.IsExported() && !slices.Contains(implied, d.Name.Name):
			names = append(names, receiver(d)+"."+d.Name.Name)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				add(s.Name)
			case *ast.ValueSpec:
				for _, id := range s.Names {
					add(id)
				}
			}
		}
	}
	return names
}
