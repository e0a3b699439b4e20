package archtest

import (
	"fmt"
	"go/ast"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Public stands in an entry of Rules.Imports for every package of the module
// that has no internal folder in its path and is not below the entry's own.
const Public = "every public package"

// Rules say what may be imported. The zero value allows the standard library
// alone, and knows no package.
type Rules struct {
	// Module is the path of the root module.
	Module string
	// Imports gives for each package, by its folder below the root, the
	// packages of the module that its non-test files may import. A name that
	// ends in "/..." stands for all packages below a folder, which may also
	// import one another.
	Imports map[string][]string
	// ThirdParty are the modules from elsewhere that any file may import, and
	// ThirdPartyTests those that only tests may. Nested modules are free.
	ThirdParty, ThirdPartyTests []string
}

// CheckImports returns a line for each import that the rules do not allow, for
// each package without an entry and for each entry without a package, in a
// fixed order. It returns nil when all is well.
func CheckImports(t *Tree, r Rules) []string {
	var problems []string
	used := map[string]bool{}
	for _, p := range t.Packages {
		entry := r.entry(p.Path)
		used[entry] = true
		switch {
		case len(p.Files) == 0: // only tests: nothing can import it, so it needs no entry
		case entry == "":
			problems = append(problems, fmt.Sprintf("package %s is not in the import graph: add an entry for it to the table in internal/archtest/graph_test.go", p.Path))
		default:
			problems = append(problems, r.checkInner(p, entry)...)
		}
		problems = append(problems, r.checkThirdParty(p)...)
	}
	for _, entry := range slices.Sorted(maps.Keys(r.Imports)) {
		if !used[entry] {
			problems = append(problems, fmt.Sprintf("the import graph has an entry for %s, which has no Go files: remove it from the table in internal/archtest/graph_test.go", entry))
		}
	}
	return problems
}

// entry returns the key of the table for a package: its own path, or the
// longest pattern that covers it, or "".
func (r Rules) entry(pkg string) string {
	best := ""
	for key := range r.Imports {
		if key == pkg {
			return key
		}
		if below(key, pkg) && len(key) > len(best) {
			best = key
		}
	}
	return best
}

// below reports whether the entry is a pattern and pkg is in its folder.
func below(entry, pkg string) bool {
	root, ok := strings.CutSuffix(entry, "/...")
	return ok && (pkg == root || strings.HasPrefix(pkg, root+"/"))
}

func (r Rules) checkInner(p *Package, entry string) []string {
	var problems []string
	for _, imp := range importsOf(p.Files) {
		target, inner := r.inner(imp.path)
		if inner && !r.allows(entry, target) {
			problems = append(problems, fmt.Sprintf("%s/%s imports %s, which its entry in internal/archtest/graph_test.go does not name", p.Path, imp.file, target))
		}
	}
	return problems
}

func (r Rules) allows(entry, target string) bool {
	allowed := r.Imports[entry]
	return slices.Contains(allowed, target) ||
		below(entry, target) ||
		slices.Contains(allowed, Public) && isPublic(target)
}

func isPublic(pkg string) bool {
	return !slices.Contains(strings.Split(pkg, "/"), "internal")
}

// inner returns the folder of an import path of this module.
func (r Rules) inner(importPath string) (string, bool) {
	if importPath == r.Module {
		return ".", true
	}
	return strings.CutPrefix(importPath, r.Module+"/")
}

func (r Rules) checkThirdParty(p *Package) []string {
	if p.Nested {
		return nil
	}
	problems := r.foreign(p, p.Files, r.ThirdParty)
	return append(problems, r.foreign(p, p.Tests, slices.Concat(r.ThirdParty, r.ThirdPartyTests))...)
}

func (r Rules) foreign(p *Package, files map[string]*ast.File, allowed []string) []string {
	var problems []string
	for _, imp := range importsOf(files) {
		_, inner := r.inner(imp.path)
		if inner || isStd(imp.path) || inModules(imp.path, allowed) {
			continue
		}
		problems = append(problems, fmt.Sprintf("%s/%s imports %s: the module depends on nothing but %s", p.Path, imp.file, imp.path, strings.Join(allowed, ", ")))
	}
	return problems
}

// isStd follows the go command: only paths of the standard library have no dot
// in their first element. C is not of it: the module is free of cgo.
func isStd(importPath string) bool {
	first, _, _ := strings.Cut(importPath, "/")
	return importPath != "C" && !strings.Contains(first, ".")
}

func inModules(importPath string, modules []string) bool {
	return slices.ContainsFunc(modules, func(m string) bool {
		return importPath == m || strings.HasPrefix(importPath, m+"/")
	})
}

type fileImport struct{ file, path string }

func importsOf(files map[string]*ast.File) []fileImport {
	var imports []fileImport
	for _, name := range slices.Sorted(maps.Keys(files)) {
		for _, spec := range files[name].Imports {
			importPath, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				importPath = spec.Path.Value // the parser has checked it; shown as it is should that change
			}
			imports = append(imports, fileImport{name, importPath})
		}
	}
	return imports
}
