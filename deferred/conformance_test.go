package deferred_test

import (
	"flag"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/internal/conformance"
)

var vectors = flag.String("vectors", "testdata/conformance", "folder with conformance vectors (deferred*.json)")

func TestConformance(t *testing.T) { playVectors(t) }

// TestConformanceInDebugMode makes sure that to watch Deferreds does not change
// what they do.
func TestConformanceInDebugMode(t *testing.T) {
	debugMode(t)
	playVectors(t)
}

func playVectors(t *testing.T) {
	silenceUnhandled(t)
	programs, err := conformance.Load(*vectors, "deferred")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range programs {
		t.Run(p.Name, func(t *testing.T) {
			if err := conformance.New().Play(p); err != nil {
				t.Error(err)
			}
		})
	}
}

// silenceUnhandled drops reports of unhandled failures, for programs that leave
// some behind on purpose.
func silenceUnhandled(t testing.TB) {
	deferred.FlushUnhandled()
	deferred.SetUnhandledHandler(func(deferred.Unhandled) {})
	t.Cleanup(func() {
		deferred.FlushUnhandled()
		deferred.SetUnhandledHandler(nil)
	})
}
