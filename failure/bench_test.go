package failure_test

import (
	"io"
	"testing"

	"github.com/spindle-go/spindle/failure"
)

// BenchmarkNew is the price of a place: frames are unwound, not resolved.
func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		sink = failure.New(io.EOF)
	}
}

// BenchmarkAt is the price of a place that is known already.
func BenchmarkAt(b *testing.B) {
	place := here()
	b.ReportAllocs()
	for b.Loop() {
		sink = failure.At(io.EOF, place)
	}
}

// BenchmarkTraceback is what printing costs.
func BenchmarkTraceback(b *testing.B) {
	f := failure.New(io.EOF)
	b.ReportAllocs()
	for b.Loop() {
		_ = f.Traceback()
	}
}
