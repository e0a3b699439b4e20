package archtest_test

import (
	"os"
	"testing"

	"github.com/spindle-go/spindle/internal/archtest"
)

// rules is the import graph. Imports go down the table, never up:
//
//	failure                       nothing
//	internal/goroutine, poller    nothing
//	deferred                      failure
//	chain, timeout, threads       deferred, not one another, no descriptors
//	reactor                       the loop: all of these but chain
//	netx                          the world: all of these
//	examples, benchmarks          what any user may import
//
// To add a package, add its line here and to the layers in CONTRIBUTING.md.
// To add an import, ask first whether the caller can name a small interface
// instead, as threads does with Caller.
func rules() archtest.Rules {
	return archtest.Rules{
		Module: "github.com/spindle-go/spindle",
		Imports: map[string][]string{
			".": {}, // the text of the module, no code

			"failure":               {},
			"deferred":              {"failure", "internal/goroutine"},
			"deferred/deferredtest": {"deferred", "failure"},

			"chain":               {"deferred", "failure"},
			"timeout":             {"deferred", "failure"},
			"timeout/timeouttest": {"timeout"},
			"threads":             {"deferred", "failure"},

			"internal/goroutine": {},
			"internal/poller":    {},
			"reactor": {
				"deferred", "failure", "timeout", "threads",
				"internal/goroutine", "internal/poller",
			},
			"netx":          {"chain", "deferred", "failure", "timeout", "threads", "reactor"},
			"netx/netxtest": {"deferred", "deferred/deferredtest", "failure", "netx", "timeout"},

			"examples/...":   {archtest.Public},
			"benchmarks/...": {archtest.Public},

			// For tests alone.
			"internal/archtest":    {},
			"internal/conformance": {"deferred", "failure", "timeout"},
			"internal/doctest":     {},
		},
		ThirdParty:      []string{"golang.org/x/sys"},
		ThirdPartyTests: []string{"go.uber.org/goleak"},
	}
}

func load(t *testing.T) *archtest.Tree {
	t.Helper()
	tree, err := archtest.Load(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func TestImportGraph(t *testing.T) {
	for _, problem := range archtest.CheckImports(load(t), rules()) {
		t.Error(problem)
	}
}

func TestDocumentation(t *testing.T) {
	for _, problem := range archtest.CheckDocs(load(t)) {
		t.Error(problem)
	}
}

// TestExamples holds the packages that a program meets first to an example for
// each of their names.
func TestExamples(t *testing.T) {
	packages := []string{"deferred", "deferred/deferredtest", "chain", "timeout", "timeout/timeouttest"}
	for _, problem := range archtest.CheckExamples(load(t), packages...) {
		t.Error(problem)
	}
}
