package doctest

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
)

var errSignature = errors.New("doctest: a signature is for a block of statements")

// Source returns the block as a Go file that reports errors at the lines of
// the page, and the name of its package. The packages give the import path for
// each name that the block may use without importing it. It fails when the
// block does not parse.
func (b Block) Source(packages map[string]string) (source, name string, err error) {
	src := fmt.Sprintf("//line %s\n%s", b.Place(), b.Text)
	if f, err := parser.ParseFile(token.NewFileSet(), "", src, parser.PackageClauseOnly); err == nil {
		return b.tag() + src, f.Name.Name, b.checkWhole()
	}
	src, err = b.wrapped()
	if err != nil {
		return "", "", err
	}
	missing, err := missingImports(clause+src, packages)
	if err != nil {
		return "", "", err
	}
	return b.tag() + clause + missing + src, snippet, nil
}

// snippet is the package name of a block that has no package clause.
const (
	snippet = "snippet"
	clause  = "package " + snippet + "\n\n"
)

// tag returns the build constraint for the release that the block needs.
func (b Block) tag() string {
	if b.Release == "" {
		return ""
	}
	return "//go:build " + b.Release + "\n\n"
}

func (b Block) checkWhole() error {
	if b.Signature != "" {
		return fmt.Errorf("%s: %w", b.Place(), errSignature)
	}
	return nil
}

// wrapped returns the text of a block without a package clause as declarations.
func (b Block) wrapped() (string, error) {
	src := fmt.Sprintf("//line %s\n%s", b.Place(), b.Text)
	if _, err := parser.ParseFile(token.NewFileSet(), "", clause+src, parser.SkipObjectResolution); err == nil {
		return src, b.checkWhole()
	}
	imports, statements := b.splitImports()
	line := b.Line + strings.Count(imports, "\n")
	signature := b.Signature
	if signature == "" {
		signature = "func()"
	}
	named := "func _" + strings.TrimPrefix(signature, "func")
	head := fmt.Sprintf("//line %s\n%s\n%s {\n//line %s:%d\n", b.Place(), imports, named, b.Page, line)
	uses, err := useVariables(clause + head + statements + "}\n")
	return strings.TrimPrefix(uses, clause), err
}

// splitImports cuts the block after its last import declaration.
func (b Block) splitImports() (imports, rest string) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", clause+b.Text, parser.ImportsOnly)
	if err != nil || len(f.Decls) == 0 {
		return "", b.Text
	}
	end := fset.Position(f.Decls[len(f.Decls)-1].End()).Offset - len(clause)
	return b.Text[:end], b.Text[end:]
}

// useVariables adds `_ = name` behind each statement of the function that
// declares a variable, on its line, so that a page may show a declaration
// alone.
func useVariables(src string) (string, error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", src, parser.SkipObjectResolution)
	if err != nil {
		return "", err
	}
	body := f.Decls[len(f.Decls)-1].(*ast.FuncDecl).Body.List
	for _, statement := range slices.Backward(body) {
		end := fset.PositionFor(statement.End(), false).Offset
		for _, name := range declared(statement) {
			src = src[:end] + "; _ = " + name + src[end:]
		}
	}
	return src, nil
}

// declared returns the names of the variables that a statement declares.
func declared(statement ast.Stmt) []string {
	var idents []*ast.Ident
	switch s := statement.(type) {
	case *ast.AssignStmt:
		if s.Tok == token.DEFINE {
			for _, left := range s.Lhs {
				idents = append(idents, left.(*ast.Ident))
			}
		}
	case *ast.DeclStmt:
		if d := s.Decl.(*ast.GenDecl); d.Tok == token.VAR {
			for _, spec := range d.Specs {
				idents = append(idents, spec.(*ast.ValueSpec).Names...)
			}
		}
	}
	var names []string
	for _, ident := range idents {
		if ident.Name != "_" {
			names = append(names, ident.Name)
		}
	}
	return names
}
