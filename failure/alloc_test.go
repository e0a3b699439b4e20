package failure_test

import (
	"io"
	"testing"

	"github.com/spindle-go/spindle/failure"
)

// sink keeps what a test makes on the heap.
var sink *failure.Failure

func TestAllocations(t *testing.T) {
	f := failure.New(io.EOF)
	place := here()
	rows := []struct {
		name string
		want float64
		do   func()
	}{
		{"New", 1, func() { sink = failure.New(io.EOF) }},
		{"New of a failure", 0, func() { sink = failure.New(f) }},
		{"At", 1, func() { sink = failure.At(io.EOF, place) }},
		{"At without a place", 1, func() { sink = failure.At(io.EOF, 0) }},
		{"Check", 0, func() { _ = f.Check(io.EOF) }},
		{"Trap", 0, func() { _ = f.Trap(io.EOF) }},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if got := testing.AllocsPerRun(100, row.do); got != row.want {
				t.Errorf("%v allocations, want %v", got, row.want)
			}
		})
	}
}
