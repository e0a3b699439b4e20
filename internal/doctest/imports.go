package doctest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// missingImports returns one line of import declarations for the names in src
// that are used as packages and declared nowhere, as far as packages has them.
// A name that it does not have is left for the compiler to report.
func missingImports(src string, packages map[string]string) (string, error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", src, parser.SkipObjectResolution)
	if err != nil {
		return "", err
	}
	missing := map[string]bool{}
	info := resolve(fset, f)
	ast.Inspect(f, func(n ast.Node) bool {
		selector, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		ident, ok := selector.X.(*ast.Ident)
		if ok && info.Uses[ident] == nil && packages[ident.Name] != "" {
			missing[ident.Name] = true
		}
		return true
	})
	var imports strings.Builder
	for _, name := range slices.Sorted(maps.Keys(missing)) {
		imports.WriteString("import " + name + " " + strconv.Quote(packages[name]) + "; ")
	}
	return imports.String() + "\n", nil
}

// resolve finds what the names in the file refer to. Errors are of no interest
// here: packages are missing by design, and the compiler reports the rest.
func resolve(fset *token.FileSet, f *ast.File) *types.Info {
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	conf := types.Config{Error: func(error) {}}
	_, _ = conf.Check(f.Name.Name, fset, []*ast.File{f}, info)
	return info
}
