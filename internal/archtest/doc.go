// Package archtest holds the shape of the repository as a test: which package
// may import which, and that everything exported is documented.
//
// The import graph is the table in graph_test.go. An import that is not in the
// table fails the test, and so does a package without an entry and an entry
// without a package. A new dependency between packages is therefore a line in
// a diff that somebody reads, not a side effect of an edit elsewhere.
//
// The rules:
//
//   - A package imports only the packages of this module that its entry names.
//     Tests are free to import what they need.
//   - Outside the nested modules, code imports nothing from elsewhere but
//     golang.org/x/sys; tests may also import go.uber.org/goleak.
//   - Each library package has its package comment in doc.go; a program has
//     one in any of its files.
//   - Each exported name of a library has a comment that starts with the name.
//     A group of constants or variables may share one. Fields and interface
//     methods have a comment each or one for a run of lines without a gap; the
//     comment of the type is enough for up to three fields or one method, and
//     in an internal package for the first such run.
//
// The checks read source with go/parser and do not build anything:
//
//	tree, err := archtest.Load(os.DirFS("../.."))
//	problems := append(archtest.CheckImports(tree, rules), archtest.CheckDocs(tree)...)
//
// A file that is tagged for a Go release newer than the running one is left
// out, since its syntax may be unknown to this go/parser. It is checked when
// the tests run under that release, which `make test-127` does.
package archtest
