package archtest

import (
	"fmt"
	"go/ast"
	"go/token"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// CheckDocs returns a line for each package without a package comment and for
// each exported name of a library that has no comment or one that does not
// start with the name, in a fixed order. It returns nil when all is well.
// Programs need the package comment alone, since nobody can import them.
func CheckDocs(t *Tree) []string {
	c := docChecker{fset: t.Fset}
	for _, p := range t.Packages {
		if len(p.Files) == 0 {
			continue
		}
		c.internal = !isPublic(p.Path)
		c.packageComment(p)
		if p.Name == "main" {
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(p.Files)) {
			for _, decl := range p.Files[name].Decls {
				c.decl(decl)
			}
		}
	}
	return c.problems
}

type docChecker struct {
	fset     *token.FileSet
	internal bool // the package at hand cannot be imported from outside
	problems []string
}

func (c *docChecker) report(at token.Pos, format string, args ...any) {
	c.problems = append(c.problems, fmt.Sprintf("%s: %s", c.fset.Position(at), fmt.Sprintf(format, args...)))
}

func (c *docChecker) packageComment(p *Package) {
	if p.Name == "main" {
		for _, f := range p.Files {
			if f.Doc.Text() != "" {
				return
			}
		}
		c.problems = append(c.problems, fmt.Sprintf("%s: the program has no package comment", p.Path))
		return
	}
	doc := p.Files["doc.go"]
	if doc == nil || !startsWith(doc.Doc, "Package "+p.Name) {
		c.problems = append(c.problems, fmt.Sprintf("%s: doc.go must hold a package comment that starts with %q", p.Path, "Package "+p.Name))
	}
}

func (c *docChecker) decl(decl ast.Decl) {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && (d.Recv == nil || ast.IsExported(receiver(d))) {
			c.named(d.Doc, d.Name)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			c.spec(d, spec)
		}
	}
}

// receiver returns the name of the type that a method belongs to.
func receiver(d *ast.FuncDecl) string {
	expr := d.Recv.List[0].Type
	for {
		switch e := expr.(type) {
		case *ast.StarExpr:
			expr = e.X
		case *ast.ParenExpr:
			expr = e.X
		case *ast.IndexExpr:
			expr = e.X
		case *ast.IndexListExpr:
			expr = e.X
		case *ast.Ident:
			return e.Name
		default:
			return ""
		}
	}
}

func (c *docChecker) spec(d *ast.GenDecl, spec ast.Spec) {
	switch s := spec.(type) {
	case *ast.TypeSpec:
		if s.Name.IsExported() {
			c.named(ownDoc(d, s.Doc), s.Name)
			c.members(s.Type)
		}
	case *ast.ValueSpec:
		i := slices.IndexFunc(s.Names, (*ast.Ident).IsExported)
		groupComment := d.Lparen.IsValid() && d.Doc.Text() != ""
		if i >= 0 && !groupComment {
			c.named(ownDoc(d, s.Doc), s.Names[i])
		}
	}
}

// ownDoc returns the comment of a spec, which hangs on the declaration when
// there are no parentheses.
func ownDoc(d *ast.GenDecl, doc *ast.CommentGroup) *ast.CommentGroup {
	if d.Lparen.IsValid() {
		return doc
	}
	return d.Doc
}

func (c *docChecker) named(doc *ast.CommentGroup, name *ast.Ident) {
	switch {
	case doc.Text() == "":
		c.report(name.Pos(), "%s is exported and has no comment", name.Name)
	case !startsWith(doc, name.Name):
		c.report(name.Pos(), "the comment of %s does not start with its name", name.Name)
	}
}

// startsWith reports whether the comment begins with the words, and not with a
// longer word.
func startsWith(doc *ast.CommentGroup, words string) bool {
	rest, ok := strings.CutPrefix(doc.Text(), words)
	next, _ := utf8.DecodeRuneInString(rest)
	return ok && next != '_' && !unicode.IsLetter(next) && !unicode.IsDigit(next)
}

// How many members the comment of their type may cover: fields can be told in
// its sentence, a method has a contract of its own.
const (
	coveredFields  = 3
	coveredMethods = 1
)

// members checks the fields of a struct or the methods of an interface, unless
// the comment of the type covers them.
func (c *docChecker) members(typ ast.Expr) {
	switch t := typ.(type) {
	case *ast.StructType:
		c.memberList(t.Fields, coveredFields)
	case *ast.InterfaceType:
		c.memberList(t.Methods, coveredMethods)
	}
}

// memberList lets a comment count for the lines that follow without a gap. In
// an internal package that of the type counts for the first of them.
func (c *docChecker) memberList(list *ast.FieldList, few int) {
	if list.NumFields() <= few || c.line(list.Opening) == c.line(list.Closing) {
		return
	}
	covered, last := c.internal, c.line(list.Opening)
	for _, field := range list.List {
		commented := field.Doc.Text() != "" || field.Comment.Text() != ""
		covered = commented || covered && c.line(field.Pos()) <= last+1
		last = c.line(field.End())
		i := slices.IndexFunc(field.Names, (*ast.Ident).IsExported)
		if i >= 0 && !covered {
			c.report(field.Pos(), "%s is exported and neither it nor the lines before it have a comment", field.Names[i].Name)
		}
	}
}

func (c *docChecker) line(p token.Pos) int {
	return c.fset.Position(p).Line
}
