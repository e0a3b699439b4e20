package peers_test

import (
	"testing"

	"github.com/spindle-go/spindle/benchmarks/internal/row"
)

func BenchmarkThreads(b *testing.B) { row.Bench(b, threadsRows()) }
func TestThreads(t *testing.T)      { row.Test(t, threadsRows()) }

// threadsRows have a worker do something and go on with the answer, one at a time.
func threadsRows() []row.Row {
	return []row.Row{{Name: "round-trip", Want: 1, Contenders: []row.Contender{
		{Name: "ants", Start: antsRoundTrips},
		row.Fixed("conc", concRoundTrips),
	}}}
}
